#include "common/figures/label.h"

namespace specctl {
namespace {

constexpr NameTable<Label> kLabelNames = {{
    {Label::kQueued, "queued"},
    {Label::kPrefixCache, "prefix_cache"},
    {Label::kPrefixMissed, "prefix_missed"},
    {Label::kOtherTraffic, "other_traffic"},
    {Label::kServerErrors, "server_errors"},
    {Label::kOutage, "outage"},
    {Label::kReplicasChanged, "replicas_changed"},
    {Label::kPassedOver, "passed_over"},
    {Label::kLeftOpen, "left_open"},
    {Label::kServerBurst, "server_burst"},
    {Label::kClockStepped, "clock_stepped"},
    {Label::kClockOff, "clock_off"},
    {Label::kControllerLink, "controller_link"},
    {Label::kControllerRestarted, "controller_restarted"},
    {Label::kReducedLoad, "reduced_load"},
    {Label::kLateStart, "late_start"},
    {Label::kUserStamps, "user_stamps"},
    {Label::kFillUp, "fill_up"},
    {Label::kShortHold, "short_hold"},
    {Label::kUntilNotMet, "until_not_met"},
    {Label::kTooShort, "too_short"},
    {Label::kContextOverflow, "context_overflow"},
    {Label::kIgnoreEos, "ignore_eos"},
    {Label::kRepeatedPrompts, "repeated_prompts"},
    {Label::kSyntheticText, "synthetic_text"},
    {Label::kTotalsOnly, "totals_only"},
    {Label::kApproximateAcceptance, "approximate_acceptance"},
    {Label::kMergedSteps, "merged_steps"},
    {Label::kPartialAcceptance, "partial_acceptance"},
    {Label::kContradictoryStatistics, "contradictory_statistics"},
    {Label::kTokensUnattributed, "tokens_unattributed"},
}};
static_assert(NamesEach(kLabelNames));

}  // namespace

std::string_view LabelName(Label label) { return kLabelNames[static_cast<size_t>(label)].name; }

std::span<const NamedValue<Label>> LabelNames() { return kLabelNames; }

}  // namespace specctl
