#include "common/session/prepare_intake.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

// Counts before it lists: what came says how large the slice is, and need not be true.
bool HasItsConversations(const Slice& slice) {
  const uint64_t count =
      OrderIndexCountOfAgent(slice.agent, slice.agents, slice.rows, slice.limits);
  if (count != slice.entries.size()) return false;
  const auto wanted = OrderIndicesOfAgent(slice.agent, slice.agents, slice.rows, slice.limits);
  return std::equal(wanted.begin(), wanted.end(), slice.entries.begin(),
                    [](uint64_t index, const Slice::Entry& entry) {
                      return index == entry.order_index && !entry.item.turns.empty();
                    });
}

}  // namespace

absl::StatusOr<std::optional<LoadJob>> PrepareIntake::TakePart(PreparePart part) {
  if (part.head) {
    job_ = *std::move(part.head);
    has_head_ = true;
  }
  for (Slice::Entry& entry : part.entries) job_.slice.entries.push_back(std::move(entry));
  if (!part.last) return std::nullopt;
  // Once, at the end: a slice is right or wrong only as a whole.
  absl::Status checked = CheckJob();
  std::optional<LoadJob> job(std::move(job_));
  // Also after a wrong job, so that the next one begins clean.
  Reset();
  if (!checked.ok()) return checked;
  return job;
}

void PrepareIntake::Reset() {
  has_head_ = false;
  job_ = LoadJob();
}

absl::Status PrepareIntake::CheckJob() const {
  if (!has_head_) return absl::InvalidArgumentError("Prepare: need its first part, got none");
  const Slice& slice = job_.slice;
  if (job_.targets.empty()) return absl::InvalidArgumentError("Prepare: need a target, got none");
  if (slice.rows == 0 || slice.agents == 0 || slice.agent >= slice.agents) {
    return absl::InvalidArgumentError(
        absl::StrFormat("Prepare: need agent < agents and rows > 0, got agent %d of %d, %d rows",
                        slice.agent, slice.agents, slice.rows));
  }
  // This agent's last slot, in the order of all agents' slots, must be one of the bs.  In 64 bits:
  // both factors come from the wire.
  const uint64_t global_slots = uint64_t{slice.slots} * slice.agents;
  if (slice.slots > 0 &&
      global_slots - slice.agents + slice.agent >= ExpectationOf(job_.spec.load.shape).slots) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "Prepare: %d slots of agent %d are more than its share of bs %d over %d agents",
        slice.slots, slice.agent, ExpectationOf(job_.spec.load.shape).slots, slice.agents));
  }
  if (!HasItsConversations(slice)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("Prepare: need the %d conversations of agent %d in order, got %d others",
                        OrderIndexCountOfAgent(slice.agent, slice.agents, slice.rows, slice.limits),
                        slice.agent, slice.entries.size()));
  }
  return absl::OkStatus();
}

}  // namespace specctl
