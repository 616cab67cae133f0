#include "tests/simulation/batch_form.h"

#include "common/journal/batch_codec.h"

namespace specctl::simulation {

std::string ComparableBytes(AgentBatch batch, MonoTime t0) {
  const int64_t t0_ns = MonoNs(t0);
  batch.incarnation = 0;
  batch.real_minus_mono_ns = 0;
  batch.from_mono_ns -= t0_ns;
  batch.to_mono_ns -= t0_ns;
  if (batch.slots_filled_mono_ns) *batch.slots_filled_mono_ns -= t0_ns;
  if (batch.first_idle_mono_ns) *batch.first_idle_mono_ns -= t0_ns;
  for (RequestBegun& begun : batch.begun) {
    begun.due_mono_ns -= t0_ns;
    begun.begin_mono_ns -= t0_ns;
  }
  for (RequestFinished& finished : batch.finished) {
    if (finished.start_mono_ns) *finished.start_mono_ns -= t0_ns;
    if (finished.sent_mono_ns) *finished.sent_mono_ns -= t0_ns;
    finished.end_mono_ns -= t0_ns;
  }
  if (batch.health) {
    batch.health->from_mono_ns -= t0_ns;
    batch.health->at_mono_ns -= t0_ns;
    batch.health->spool_bytes = batch.health->unacknowledged_ns = 0;
  }
  return EncodeBatch(batch);
}

}  // namespace specctl::simulation
