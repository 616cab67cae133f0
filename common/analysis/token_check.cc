#include "common/analysis/token_check.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

namespace specctl {
namespace {

constexpr double kTokensApartInvalid = 0.01;  // of the servers' count

std::vector<std::string> WhyTokensMayDiffer(const Evidence& evidence, const Results& figures,
                                            std::span<const VerdictLabel> labels) {
  std::vector<std::string> why;
  const Conservation& books = figures.conservation;
  if (HasLabel(labels, Label::kOtherTraffic)) why.push_back("other traffic on the servers");
  // The servers may have generated tokens of them that never arrived.
  if (books.ok < books.sent) {
    why.push_back(absl::StrFormat("%d requests did not end ok", books.sent - books.ok));
  }
  if (books.resends > 0) why.push_back(absl::StrFormat("%d resends", books.resends));
  if (figures.tokens.requests_without_totals > 0) {
    why.push_back(
        absl::StrFormat("%d requests of unknown tokens", figures.tokens.requests_without_totals));
  }
  if (figures.servers->resets > 0) {
    why.push_back(absl::StrFormat("%d server restarts", figures.servers->resets));
  }
  if (ReplicasChanged(*figures.servers)) why.push_back("replicas came or went");
  if (figures.whole_token_books.responses_apart > 0) {
    why.push_back(absl::StrFormat("%d responses whose tokens do not add up",
                                  figures.whole_token_books.responses_apart));
  }
  if (HasStopStrings(evidence.run)) why.push_back("stop strings");
  return why;
}

// Every target was scraped, and counts what it generates.
bool HasAllTokens(const std::optional<ServerFigures>& servers) {
  return servers && servers->complete &&
         std::all_of(servers->targets.begin(), servers->targets.end(),
                     [](const TargetCounters& t) { return t.counters.generated_tokens; });
}

}  // namespace

bool HasStopStrings(const RunContext& run) {
  const std::string& extra_inputs = run.spec().request.extra_inputs_json;
  return run.rows_have_stop || extra_inputs.find("\"stop\"") != std::string::npos;
}

CheckResult CheckTokens(const Evidence& evidence, const Results& figures,
                        std::span<const VerdictLabel> labels) {
  CheckResult checked;
  if (figures.servers && !figures.servers->alternating.empty()) {
    checked.not_made =
        "tokens against the servers' counters (an address alternates between servers)";
    return checked;
  }
  if (!HasAllTokens(figures.servers)) {
    checked.not_made =
        "tokens against the servers' counters (not every target was scraped before and after)";
    return checked;
  }
  const double theirs = *figures.servers->sums.generated_tokens;
  const auto ours = static_cast<double>(figures.tokens.output.value_or(0));
  // Exactly: tokens are counted, and one that is missing has a cause.
  if (theirs == ours) return checked;
  const std::string apart =
      absl::StrFormat("servers generated %.0f tokens, %.0f arrived", theirs, ours);
  const std::vector<std::string> why = WhyTokensMayDiffer(evidence, figures, labels);
  // What may explain it is told; it is not known that it does.
  if (!why.empty()) {
    checked.note = apart + ": " + absl::StrJoin(why, ", ");
    return checked;
  }
  const bool far = std::abs(theirs - ours) > kTokensApartInvalid * theirs;
  checked.finding = Finding{
      .state = far ? VerdictState::kInvalid : VerdictState::kDegraded,
      .reason = {.code = ReasonCode::kTokensApart, .text = apart + ", and nothing explains it"}};
  return checked;
}

}  // namespace specctl
