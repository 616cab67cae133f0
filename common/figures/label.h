// Facts of the server or the environment that a reader of a run's figures needs: they drop nothing
// and change no state.  docs/metrics.md says when a run has each.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "common/figures/name_table.h"

namespace specctl {

enum class Label : uint8_t {
  kQueued,
  kPrefixCache,
  kPrefixMissed,
  kOtherTraffic,
  kServerErrors,
  kOutage,
  kReplicasChanged,
  kPassedOver,
  kLeftOpen,
  kServerBurst,
  kClockStepped,
  kClockOff,
  kControllerLink,
  kControllerRestarted,
  kReducedLoad,
  kLateStart,
  kUserStamps,
  kFillUp,
  kShortHold,
  kUntilNotMet,
  kTooShort,
  kContextOverflow,
  kIgnoreEos,
  kRepeatedPrompts,
  kSyntheticText,
  kTotalsOnly,
  kApproximateAcceptance,
  kMergedSteps,
  kPartialAcceptance,
  kContradictoryStatistics,
  kTokensUnattributed,
  kEnd,
};

std::string_view LabelName(Label label);  // "queued", "prefix_cache", ...
std::span<const NamedValue<Label>> LabelNames();

}  // namespace specctl
