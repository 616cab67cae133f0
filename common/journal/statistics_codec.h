// What engines say of a response's speculative steps, as protocol buffers.
#pragma once

#include "common/journal/event.h"

namespace specctl {
namespace v1 {
class SpeculationStats;
class StatisticsRead;
class TimingsStats;
}  // namespace v1

void WriteSpeculationStats(const SpeculationStats& in, v1::SpeculationStats* out);
SpeculationStats ReadSpeculationStats(const v1::SpeculationStats& in);

void WriteTimingsStats(const TimingsStats& in, v1::TimingsStats* out);
TimingsStats ReadTimingsStats(const v1::TimingsStats& in);

void WriteStatisticsRead(const StatisticsRead& in, v1::StatisticsRead* out);
StatisticsRead ReadStatisticsRead(const v1::StatisticsRead& in);

}  // namespace specctl
