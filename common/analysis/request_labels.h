// Labels of the requests and their responses: what was sent, how much of it, what was odd.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "common/analysis/evidence.h"

namespace specctl {

// nullopt: the run has no such label.  Pure.
// Of an open loop whose warm-up is shorter than what nine in ten requests take, by more than 5 % of
// the hold.
std::optional<VerdictLabel> FillUpLabel(const Results& figures);
std::optional<VerdictLabel> ShortHoldLabel(const Results& figures);
// An interval is wider than --until asks for.
std::optional<VerdictLabel> UntilNotMetLabel(const Results& figures);
std::optional<VerdictLabel> TooShortLabel(const Evidence& evidence, const Results& figures);
std::optional<VerdictLabel> ContextOverflowLabel(std::span<const SettledRequest> requests);
std::optional<VerdictLabel> IgnoreEosLabel(const RunContext& run);
std::optional<VerdictLabel> SyntheticTextLabel(const RunSpec& spec);
std::optional<VerdictLabel> RepeatedPromptsLabel(const Evidence& evidence);
std::optional<VerdictLabel> TotalsOnlyLabel(std::span<const SettledRequest> requests);
std::optional<VerdictLabel> TokensUnattributedLabel(const Results& figures);
// passed_over and left_open: those that there are.
std::vector<VerdictLabel> OddityLabels(const ResponseOddities& oddities);

}  // namespace specctl
