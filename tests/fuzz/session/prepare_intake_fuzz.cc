// A slice in parts: refused, or a job whose numbers fit together.
#include <cstdint>
#include <cstdlib>

#include "agent/session/prepare_intake.h"
#include "tests/fuzz/quiet_protobuf.h"

namespace {

using specctl::agent::PrepareIntake;

void CheckJob(const specctl::LoadJob& job) {
  const specctl::Slice& slice = job.slice;
  if (job.targets.empty() || slice.rows == 0 || slice.agent >= slice.agents) std::abort();
  for (const auto& entry : slice.entries) {
    if (entry.order_index >= slice.rows || entry.item.turns.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  specctl::v1::Prepare part;
  if (!part.ParseFromArray(data, static_cast<int>(size))) return 0;
  PrepareIntake intake;
  // Whole, or as the first part of two.
  const bool last = part.last();
  auto job = intake.Take(part);
  if (!last) {
    if (!job.ok() || *job) std::abort();
    specctl::v1::Prepare end;
    end.set_last(true);
    job = intake.Take(end);
  }
  if (!job.ok()) {
    if (!absl::IsInvalidArgument(job.status()) && !absl::IsDataLoss(job.status())) std::abort();
    return 0;
  }
  CheckJob(**job);
  part.set_last(true);
  intake.Reset();
  const auto again = intake.Take(part);
  if (!again.ok() || (*again)->slice.entries.size() != (*job)->slice.entries.size()) {
    std::abort();
  }
  return 0;
}
