#include "common/figures/reason.h"

namespace specctl {
namespace {

constexpr NameTable<ReasonCode> kReasonNames = {{
    {ReasonCode::kJournalDamaged, "journal_damaged"},
    {ReasonCode::kConservation, "conservation"},
    {ReasonCode::kJournalContradictsItself, "journal_contradicts_itself"},
    {ReasonCode::kAgentLost, "agent_lost"},
    {ReasonCode::kChunksDropped, "chunks_dropped"},
    {ReasonCode::kNothingMeasured, "nothing_measured"},
    {ReasonCode::kJournalEndsEarly, "journal_ends_early"},
    {ReasonCode::kClockUnmapped, "clock_unmapped"},
    {ReasonCode::kTokensApart, "tokens_apart"},
    {ReasonCode::kAcceptanceApart, "acceptance_apart"},
    {ReasonCode::kLittlesLaw, "littles_law"},
    {ReasonCode::kArrivalsShed, "arrivals_shed"},
    {ReasonCode::kArrivalsLate, "arrivals_late"},
    {ReasonCode::kArrivalsApart, "arrivals_apart"},
    {ReasonCode::kUnstable, "unstable"},
    {ReasonCode::kInFlightBelowBs, "in_flight_below_bs"},
    {ReasonCode::kArrivalBound, "arrival_bound"},
    {ReasonCode::kClockBound, "clock_bound"},
    {ReasonCode::kCpuSteal, "cpu_steal"},
    {ReasonCode::kCpuThrottled, "cpu_throttled"},
    {ReasonCode::kLoopLag, "loop_lag"},
    {ReasonCode::kSendLag, "send_lag"},
}};
static_assert(NamesEach(kReasonNames));

}  // namespace

std::string_view ReasonName(ReasonCode code) {
  return kReasonNames[static_cast<size_t>(code)].name;
}

std::span<const NamedValue<ReasonCode>> ReasonNames() { return kReasonNames; }

}  // namespace specctl
