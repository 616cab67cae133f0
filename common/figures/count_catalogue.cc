#include "common/figures/catalogue.h"

namespace specctl {
namespace {

using enum FigureKind;

FigureValue Unassigned(const Conservation& counts) { return counts.Unassigned(); }

template <auto kField>
constexpr FigureOf<Conservation> Requests(std::string_view key, std::string_view label,
                                          Better better = Better::kNeither) {
  return {Checked<kField>({key, label, Unit::kRequests, kCount, better}),
          &ReadField<Conservation, kField>};
}

constexpr FigureOf<Conservation> kConservation[] = {
    Requests<&Conservation::planned>("planned", "planned"),
    Requests<&Conservation::sent>("sent", "sent"),
    Requests<&Conservation::shed>("shed", "shed", Better::kDown),
    {{"unassigned", "not begun", Unit::kRequests, kCount}, &Unassigned},
    Requests<&Conservation::ok>("ok", "ok", Better::kUp),
    Requests<&Conservation::failed>("failed", "failed", Better::kDown),
    Requests<&Conservation::timed_out>("timed_out", "timed out", Better::kDown),
    Requests<&Conservation::cancelled>("cancelled", "cancelled"),
    Requests<&Conservation::lost>("lost", "lost", Better::kDown),
    Requests<&Conservation::in_flight>("in_flight", "in flight", Better::kDown),
    Requests<&Conservation::resends>("resends", "resends", Better::kDown),
};

template <auto kField>
constexpr FigureOf<TokenTotals> Tokens(FigureName name) {
  return {Checked<kField>(name), &ReadField<TokenTotals, kField>};
}

constexpr FigureOf<TokenTotals> kTokenTotals[] = {
    Tokens<&TokenTotals::input>({"input", "tokens in", Unit::kTokens, kCount}),
    Tokens<&TokenTotals::output>({"output", "tokens out", Unit::kTokens, kCount}),
    Tokens<&TokenTotals::requests_without_totals>({"requests_without_totals",
                                                   "requests of unknown tokens", Unit::kRequests,
                                                   kCount, Better::kDown}),
};

}  // namespace

std::span<const FigureOf<Conservation>> ConservationCatalogue() { return kConservation; }
std::span<const FigureOf<TokenTotals>> TokenCatalogue() { return kTokenTotals; }

}  // namespace specctl
