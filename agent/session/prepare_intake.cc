#include "agent/session/prepare_intake.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/journal/enum_check.h"
#include "common/journal/event_codec.h"

namespace specctl::agent {
namespace {

Message ToMessage(v1::Message& message) {
  return {std::move(*message.mutable_role()), std::move(*message.mutable_content()),
          std::move(*message.mutable_raw_json())};
}

Slice::Entry ToEntry(v1::SliceConversation& from) {
  Slice::Entry entry;
  entry.order_index = from.order_index();
  for (v1::Turn& turn : *from.mutable_turns()) {
    auto& messages = entry.item.turns.emplace_back();
    for (v1::Message& message : *turn.mutable_messages()) messages.push_back(ToMessage(message));
  }
  if (from.has_max_tokens()) entry.item.max_tokens = from.max_tokens();
  entry.item.extra_json = std::move(*from.mutable_extra_json());
  entry.item.line = from.line();
  entry.item.question_id = std::move(*from.mutable_question_id());
  entry.item.model = std::move(*from.mutable_model());
  return entry;
}

void TakeFirst(const v1::Prepare& part, LoadJob& job) {
  job.spec = FromProto(part.spec());
  if (!part.run_tag().empty()) job.spec.run_id = part.run_tag();
  for (const v1::Pair& header : part.headers()) {
    job.headers.emplace_back(header.name(), header.value());
  }
  for (const v1::TargetJob& target : part.targets()) {
    job.targets.push_back({.url = target.url(),
                           .engine = target.engine(),
                           .continuous_usage = target.continuous_usage(),
                           .return_token_ids = target.return_token_ids(),
                           .ignore_usage_on_chunks = target.ignore_usage_on_chunks(),
                           .stream_options = !target.no_stream_options(),
                           .model = target.model(),
                           .authorization = target.authorization()});
  }
  Slice& slice = job.slice;
  slice.agent = part.agent();
  slice.agents = part.agents();
  slice.rows = part.rows();
  slice.slots = part.slots();
  if (part.has_positions_end()) slice.limits.positions_end = part.positions_end();
  if (part.has_last_position_turns()) {
    slice.limits.last_position_turns = part.last_position_turns();
  }
}

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

absl::StatusOr<std::optional<LoadJob>> PrepareIntake::Take(v1::Prepare part) {
  if (!std::exchange(begun_, true)) {
    known_ = CheckEnums(part);
    if (known_.ok()) TakeFirst(part, job_);
  }
  for (v1::SliceConversation& conversation : *part.mutable_conversations()) {
    job_.slice.entries.push_back(ToEntry(conversation));
  }
  if (!part.last()) return std::nullopt;
  absl::Status checked = Check();
  std::optional<LoadJob> job(std::move(job_));
  Reset();
  if (!checked.ok()) return checked;
  return job;
}

void PrepareIntake::Reset() {
  begun_ = false;
  known_ = absl::OkStatus();
  job_ = LoadJob();
}

absl::Status PrepareIntake::Check() const {
  if (!known_.ok()) {
    return absl::DataLossError(absl::StrFormat("Prepare: %s", std::string(known_.message())));
  }
  const Slice& slice = job_.slice;
  if (job_.targets.empty()) return absl::InvalidArgumentError("Prepare: need a target, got none");
  if (slice.rows == 0 || slice.agents == 0 || slice.agent >= slice.agents) {
    return absl::InvalidArgumentError(
        absl::StrFormat("Prepare: need agent < agents and rows > 0, got agent %d of %d, %d rows",
                        slice.agent, slice.agents, slice.rows));
  }
  const uint64_t global_slots = uint64_t{slice.slots} * slice.agents;
  if (slice.slots > 0 && global_slots - slice.agents + slice.agent >= job_.spec.load.bs) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "Prepare: %d slots of agent %d are more than its share of bs %d over %d agents",
        slice.slots, slice.agent, job_.spec.load.bs, slice.agents));
  }
  if (!HasItsConversations(slice)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("Prepare: need the %d conversations of agent %d in order, got %d others",
                        OrderIndexCountOfAgent(slice.agent, slice.agents, slice.rows, slice.limits),
                        slice.agent, slice.entries.size()));
  }
  return absl::OkStatus();
}

}  // namespace specctl::agent
