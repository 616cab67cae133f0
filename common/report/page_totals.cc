#include "common/report/page_totals.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <absl/strings/str_join.h>

#include "common/base/printable.h"
#include "common/report/number_text.h"
#include "common/report/result_names.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

using Items = std::vector<std::string>;

std::string WithSpaces(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// "ok 1,531 + failed 3": what is 0 is left out, except `ok`.
std::string OutcomesText(const Conservation& counts) {
  std::string text = "ok " + CountText(counts.ok);
  const auto add = [&](std::string_view name, uint64_t count) {
    if (count > 0) text += " + " + std::string(name) + " " + CountText(count);
  };
  add("failed", counts.failed);
  add("timed out", counts.timed_out);
  add("cancelled", counts.cancelled);
  add("lost", counts.lost);
  add("in flight", counts.in_flight);
  return text;
}

std::string WhyNotBegun(UnassignedReason why, const LoadSpec& load) {
  switch (why) {
    case UnassignedReason::kEarlierTurnFailed:
      return "an earlier turn failed";
    case UnassignedReason::kLimit:
      return load.duration ? "time was up" : "the limit was reached";
    case UnassignedReason::kInterrupted:
      return "interrupted";
    case UnassignedReason::kTooManyFailures:
      return "too many requests failed";
    default:
      return WithSpaces(UnassignedName(why));
  }
}

// "not begun 17 (time was up)": a plan that is longer than the run is no failure.
std::string NotBegunText(const Conservation& counts, const LoadSpec& load) {
  Items reasons;
  for (size_t i = 0; i < counts.unassigned.size(); ++i) {
    if (counts.unassigned[i] == 0) continue;
    // One reason for all needs no number of its own.
    const bool all = counts.unassigned[i] == counts.Unassigned();
    reasons.push_back((all ? "" : CountText(counts.unassigned[i]) + ": ") +
                      WhyNotBegun(static_cast<UnassignedReason>(i), load));
  }
  return "not begun " + CountText(counts.Unassigned()) + " (" + absl::StrJoin(reasons, ", ") + ")";
}

Items IdentityItems(const Conservation& counts, const LoadSpec& load) {
  const std::string sent = "sent " + CountText(counts.sent);
  if (!counts.planned) return {sent + " = " + OutcomesText(counts)};
  const std::string planned = "planned " + CountText(*counts.planned) + " = ";
  // The two sums in one line: everything planned was sent.
  if (counts.shed == 0 && counts.Unassigned() == 0) {
    return {planned + sent + " = " + OutcomesText(counts)};
  }
  std::string text = planned + sent;
  if (counts.shed > 0) text += " + shed " + CountText(counts.shed);
  if (counts.Unassigned() > 0) text += " + " + NotBegunText(counts, load);
  return {text, sent + " = " + OutcomesText(counts)};
}

void AppendConservation(const Results& results, std::string& out) {
  const Conservation& counts = results.conservation;
  Items items = IdentityItems(counts, results.spec.load);
  if (!counts.Holds()) items.emplace_back("DOES NOT ADD UP: a bug in specctl");
  if (counts.resends > 0) items.push_back(CountedText(counts.resends, "resend"));
  AppendFlow({.label = "requests"}, items, out);
}

void AppendFailureCauses(const Results& results, std::string& out) {
  constexpr size_t kCausesMax = 5;
  for (size_t i = 0; i < std::min(results.failures.size(), kCausesMax); ++i) {
    const FailureCause& cause = results.failures[i];
    std::string text = CountText(cause.requests) + " x " + Printable(cause.text);
    if (!cause.reason.empty()) text += ": " + Printable(cause.reason);
    // Causes are sorted by requests: the first lines are the ones that matter.
    AppendProse(i == 0 ? "not ok" : "", text, out);
  }
  if (results.failures.size() > kCausesMax) {
    AppendProse("", "and " + CountText(results.failures.size() - kCausesMax) + " more", out);
  }
}

std::string FinishText(const Results& results) {
  std::string text;
  if (results.whole_run.length.output_tokens)
    text = "osl mean " + FigureText(results.whole_run.length.output_tokens->mean);
  std::string reasons;
  for (const auto& [reason, requests] : results.tokens.finish_reasons) {
    reasons += (reasons.empty() ? "" : ", ") + CountText(requests) + " by " + Printable(reason);
  }
  if (!text.empty() && !reasons.empty()) text += "; ";
  text += reasons;
  return text.empty() ? "" : " (" + text + ")";
}

// What the servers count beside our own total, and how far apart they are.
std::string ServersSay(const Results& results) {
  if (!results.servers || !results.servers->sums.generated_tokens) return "servers' count unknown";
  const double theirs = *results.servers->sums.generated_tokens;
  std::string text = "servers report " + FixedText(theirs, 0);
  // Of only some servers the difference says nothing.
  if (!results.servers->complete) {
    return text + " (" + CountText(results.servers->targets.size()) + " of " +
           CountedText(results.spec.targets.size(), "target") + ")";
  }
  if (!results.tokens.output) return text;
  const double apart = theirs - static_cast<double>(*results.tokens.output);
  // Equal is the usual case, and says it by saying nothing.
  if (apart != 0) text += " (" + FixedText(std::abs(apart), 0) + (apart > 0 ? " more)" : " less)");
  return text;
}

std::string ChunksCarried(const TokenBooks& books) {
  std::string text = "chunks carried " + CountText(books.by_chunks);
  std::string but;
  if (books.responses_of_unknown_chunks > 0) {
    but = CountedText(books.responses_of_unknown_chunks, "response") + " with unknown chunks";
  }
  if (books.apart > 0) but += (but.empty() ? "" : ", ") + CountText(books.apart) + " apart";
  return but.empty() ? text : text + " (" + but + ")";
}

void AppendTokens(const Results& results, std::string& out) {
  Items items;
  items.push_back((results.tokens.output ? CountText(*results.tokens.output) : "-") + " out" +
                  FinishText(results));
  items.push_back(ChunksCarried(results.whole_token_books));
  items.push_back(ServersSay(results));
  if (results.tokens.input) items.push_back(CountText(*results.tokens.input) + " in");
  if (results.tokens.requests_without_totals > 0) {
    items.push_back("tokens of " + CountedText(results.tokens.requests_without_totals, "request") +
                    " unknown");
  }
  AppendFlow({.label = "tokens"}, items, out);
}

void AppendChecksNotMade(const Verdict& verdict, std::string& out) {
  if (verdict.checks_not_made.empty()) return;
  std::string text = "not checked: ";
  for (size_t i = 0; i < verdict.checks_not_made.size(); ++i) {
    text += (i == 0 ? "" : ", ") + verdict.checks_not_made[i];
  }
  AppendProse("verdict", text, out);
}

}  // namespace

std::string TotalsLines(const Results& results) {
  std::string out;
  AppendConservation(results, out);
  AppendFailureCauses(results, out);
  AppendTokens(results, out);
  AppendChecksNotMade(results.verdict, out);
  return out;
}

}  // namespace specctl
