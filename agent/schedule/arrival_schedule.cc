#include "agent/schedule/arrival_schedule.h"

namespace specctl::agent {

ArrivalSchedule::ArrivalSchedule(MonoTime t0, const OpenLoop& loop, uint64_t seed, Share share)
    : t0_(t0), agents_(share.agents), times_(loop, seed) {
  Skip(share.agent + 1);
}

void ArrivalSchedule::Advance() { Skip(agents_); }

void ArrivalSchedule::Skip(uint32_t arrivals) {
  for (uint32_t i = 0; i < arrivals; ++i) due_ = t0_ + times_.Next();
}

}  // namespace specctl::agent
