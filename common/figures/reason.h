// Why a run, or a window of it, is degraded or invalid; docs/metrics.md has each with its
// threshold.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "common/figures/name_table.h"

namespace specctl {

enum class ReasonCode : uint8_t {
  // Of the run as a whole.
  kJournalDamaged,
  kConservation,
  kJournalContradictsItself,
  kAgentLost,
  kChunksDropped,
  kNothingMeasured,
  kJournalEndsEarly,
  kClockUnmapped,
  kTokensApart,
  kAcceptanceApart,
  kLittlesLaw,
  kArrivalsShed,
  kArrivalsLate,
  kArrivalsApart,
  kUnstable,
  // Of windows.  Those of an agent's health come in this order where a run's verdict sums them up.
  kInFlightBelowBs,
  kArrivalBound,
  kClockBound,
  kCpuSteal,
  kCpuThrottled,
  kLoopLag,
  kSendLag,
  kEnd,
};

std::string_view ReasonName(ReasonCode code);  // "journal_damaged", "conservation", ...
std::span<const NamedValue<ReasonCode>> ReasonNames();

}  // namespace specctl
