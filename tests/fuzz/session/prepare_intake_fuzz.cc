// A job in parts: refused, or a job whose numbers fit together.
#include <cstdint>
#include <cstdlib>

#include "common/journal/enum_check.h"
#include "common/session/prepare_codec.h"
#include "common/session/prepare_intake.h"
#include "specctl/v1/session.pb.h"
#include "tests/fuzz/quiet_protobuf.h"

namespace {

using specctl::PrepareIntake;

void CheckJob(const specctl::LoadJob& job) {
  const specctl::Slice& slice = job.slice;
  if (job.targets.empty() || slice.rows == 0 || slice.agent >= slice.agents) std::abort();
  for (const auto& entry : slice.entries) {
    if (entry.order_index >= slice.rows || entry.item.turns.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  specctl::v1::Prepare encoded;
  if (!encoded.ParseFromArray(data, static_cast<int>(size))) return 0;
  if (!specctl::CheckEnums(encoded).ok()) return 0;
  specctl::PreparePart part = specctl::DecodePrepare(encoded);
  PrepareIntake intake;
  // Whole, or as the first part of two.
  auto job = intake.TakePart(part);
  if (!part.last) {
    if (!job.ok() || *job) std::abort();
    specctl::PreparePart end;
    end.last = true;
    job = intake.TakePart(end);
  }
  if (!job.ok()) {
    if (!absl::IsInvalidArgument(job.status())) std::abort();
    return 0;
  }
  CheckJob(**job);
  part.last = true;
  intake.Reset();
  const auto again = intake.TakePart(part);
  if (!again.ok() || (*again)->slice.entries.size() != (*job)->slice.entries.size()) {
    std::abort();
  }
  return 0;
}
