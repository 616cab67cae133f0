#include "common/analysis/reconcile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/analysis/reconcile_gaps.h"
#include "common/analysis/token_check.h"

namespace specctl {
namespace {

using Row = ReconciledRow;
using Source = ReconciledSource;
using Values = Reconciliation::Values;

constexpr double kInferredTolerance = 0.01;  // steps, and what timings tell of drafts
constexpr double kToldTolerance = 0.001;     // what statistics have as sums
constexpr double kRateTolerance = 0.01;      // of an accept rate at a position
constexpr double kEveryStepDrafts =
    0.99;  // drafts / steps, from which on chunks tell drafts' rates

std::optional<double> Number(const std::optional<uint64_t>& count) {
  if (!count) return std::nullopt;
  return static_cast<double>(*count);
}

std::optional<double> Number(const std::optional<Estimate>& estimate) {
  if (!estimate) return std::nullopt;
  return estimate->value;
}

// Why the servers' sums are not of this run's requests alone or not of all of them.
std::string WhyNoCounters(const Results& figures) {
  if (!figures.servers) return "";
  if (!figures.servers->alternating.empty()) return "an address alternates between servers";
  if (!figures.servers->complete) return "not every server was read before and after the run";
  return "";
}

class Reconciler {
 public:
  Reconciler(const RunContext& run, const RunAcceptance& acceptance,
             std::span<const SettledRequest> requests, const Results& figures)
      : figures_(figures),
        gaps_(FindGaps(run, acceptance, requests, figures)),
        by_chunks_(acceptance.AllFromChunks(requests)),
        by_requests_(acceptance.FromStatistics(requests)),
        all_speculate_(std::all_of(figures.acceptance_sources.begin(),
                                   figures.acceptance_sources.end(),
                                   [](const TargetAcceptance& of) { return of.speculates; })) {}

  Reconciliation Table() && {
    table_.counters_left_out = WhyNoCounters(figures_);
    const bool counted = figures_.servers && table_.counters_left_out.empty();
    if (counted) counters_ = &figures_.servers->sums;
    SetCounts();
    SetLengths();
    SetRates();
    for (size_t i = 0; i < kReconciledRows; ++i) AddDifferences(static_cast<Row>(i));
    for (size_t i = 0; i < table_.accept_rates.size(); ++i) AddRateDifference(i);
    return std::move(table_);
  }

 private:
  std::optional<double>& At(Row row, Source source) {
    return table_.Of(row)[static_cast<size_t>(source)];
  }

  // A family that not all servers have is no sum over the run.
  std::optional<double> Counted(std::string_view key,
                                std::optional<double> ServerCounters::*count) const {
    if (counters_ == nullptr) return std::nullopt;
    const auto& partial = figures_.servers->partial;
    const bool is_partial = std::any_of(partial.begin(), partial.end(),
                                        [&](const auto& each) { return each.first == key; });
    return is_partial ? std::nullopt : counters_->*count;
  }

  void SetCounts() {
    const TokenBooks& books = figures_.whole_token_books;
    At(Row::kTokens, Source::kChunks) = static_cast<double>(books.by_chunks);
    At(Row::kTokens, Source::kPerRequest) = static_cast<double>(books.by_totals);
    At(Row::kTokens, Source::kCounters) =
        Counted("generated_tokens", &ServerCounters::generated_tokens);
    At(Row::kSteps, Source::kCounters) = Counted("engine_steps", &ServerCounters::engine_steps);
    At(Row::kDrafts, Source::kCounters) = Counted("drafts", &ServerCounters::drafts);
    At(Row::kDraftedTokens, Source::kCounters) =
        Counted("drafted_tokens", &ServerCounters::drafted_tokens);
    At(Row::kAcceptedTokens, Source::kCounters) =
        Counted("accepted_tokens", &ServerCounters::accepted_tokens);
    if (by_chunks_) At(Row::kSteps, Source::kChunks) = Number(by_chunks_->steps);
    if (!by_requests_) return;
    At(Row::kSteps, Source::kPerRequest) = Number(by_requests_->steps);
    At(Row::kDrafts, Source::kPerRequest) = Number(by_requests_->drafts);
    At(Row::kDraftedTokens, Source::kPerRequest) = Number(by_requests_->drafted_tokens);
    At(Row::kAcceptedTokens, Source::kPerRequest) = Number(by_requests_->accepted_tokens);
  }

  void SetLengths() {
    const auto accepted = At(Row::kAcceptedTokens, Source::kCounters);
    const auto per = [&](Row row) -> std::optional<double> {
      const auto count = At(row, Source::kCounters);
      if (!accepted || count.value_or(0) <= 0) return std::nullopt;
      return 1 + *accepted / *count;
    };
    At(Row::kPerStep, Source::kCounters) = per(Row::kSteps);
    At(Row::kPerDraft, Source::kCounters) = per(Row::kDrafts);
    if (by_chunks_) At(Row::kPerStep, Source::kChunks) = Number(by_chunks_->per_step);
    if (!by_requests_) return;
    At(Row::kPerStep, Source::kPerRequest) = Number(by_requests_->per_step);
    At(Row::kPerDraft, Source::kPerRequest) = Number(by_requests_->per_draft);
  }

  // Whether the rates of steps, which chunks tell, are those of drafts.
  bool EveryStepDrafts() const {
    for (const Source source : {Source::kCounters, Source::kPerRequest}) {
      const auto at = static_cast<size_t>(source);
      const auto& drafts = table_.Of(Row::kDrafts)[at];
      const auto& steps = table_.Of(Row::kSteps)[at];
      if (drafts && steps) return *drafts >= kEveryStepDrafts * *steps;
    }
    return false;
  }

  void SetRates() {
    const auto set = [&](Source source, size_t position, double rate) {
      if (table_.accept_rates.size() <= position) table_.accept_rates.resize(position + 1);
      table_.accept_rates[position][static_cast<size_t>(source)] = rate;
    };
    const auto drafts = At(Row::kDrafts, Source::kCounters);
    if (drafts.value_or(0) > 0) {
      const std::vector<double>& accepted = counters_->accepted_by_position;
      for (size_t i = 0; i < accepted.size(); ++i) {
        set(Source::kCounters, i, accepted[i] / *drafts);
      }
    }
    if (by_requests_ && !by_requests_->rates_over_steps) {
      for (size_t i = 0; i < by_requests_->joint.size(); ++i) {
        set(Source::kPerRequest, i, by_requests_->joint[i]);
      }
    }
    if (!by_chunks_ || !EveryStepDrafts()) return;
    // Beyond the positions that the others know there are only merged steps.
    const size_t positions = table_.accept_rates.size();
    for (size_t i = 0; i < std::min(positions, by_chunks_->joint.size()); ++i) {
      set(Source::kChunks, i, by_chunks_->joint[i]);
    }
  }

  // What `values` are held against: the counters, else what responses say.
  static std::optional<Source> BaseOf(const Values& values) {
    for (const Source source : {Source::kCounters, Source::kPerRequest}) {
      if (values[static_cast<size_t>(source)]) return source;
    }
    return std::nullopt;
  }

  void AddDifferences(Row row) {
    const Values& values = table_.Of(row);
    const std::optional<Source> base = BaseOf(values);
    if (!base) return;
    for (size_t i = 0; i < kReconciledSources; ++i) {
      const auto source = static_cast<Source>(i);
      if (source == *base || !values[i]) continue;
      const double against = *values[static_cast<size_t>(*base)];
      if (*values[i] == against) continue;
      Reconciliation::Difference difference{.row = row,
                                            .position = {},
                                            .source = source,
                                            .against = *base,
                                            .value = *values[i] - against};
      if (row == Row::kPerStep || row == Row::kPerDraft) {
        if (!JudgeLength(difference, against)) continue;
      } else {
        JudgeCount(difference, against);
      }
      table_.differences.push_back(std::move(difference));
    }
  }

  // Statistics that list no steps leave open how many the merged ones were.
  void AllowInferredSteps(const Reconciliation::Difference& difference, double against,
                          Allowance& allowed) const {
    const auto& chunks = table_.Of(Row::kSteps)[static_cast<size_t>(Source::kChunks)];
    const bool inferred = difference.row == Row::kSteps && difference.source == Source::kPerRequest;
    if (!inferred || !chunks || *chunks >= against) return;
    allowed.less += against - *chunks;
    allowed.why_less.push_back("inferred where chunks are merged");
  }

  void JudgeCount(Reconciliation::Difference& difference, double against) const {
    Allowance allowed = gaps_.AllowanceOf(difference.row, difference.source, difference.against);
    AllowInferredSteps(difference, against, allowed);
    difference.reasons = difference.value < 0 ? allowed.why_less : allowed.why_more;
    const double size = std::abs(difference.value);
    const double explained = difference.value < 0 ? allowed.less : allowed.more;
    const double tolerated = ToleranceOf(difference.row, difference.source) * against;
    difference.expected = size <= explained + tolerated;
    if (difference.reasons.empty() && difference.expected) {
      difference.reasons.push_back("within what is inferred of it");
    }
  }

  double ToleranceOf(Row row, Source source) const {
    if (row == Row::kTokens) return 0;
    const bool told = source == Source::kPerRequest && row != Row::kSteps && by_requests_ &&
                      by_requests_->source == AcceptanceSource::kPerRequest;
    return told ? kToldTolerance : kInferredTolerance;
  }

  // A length follows from the counts above it; chunks estimate it, and that has limits of its own.
  // False: the difference is too small to tell.
  bool JudgeLength(Reconciliation::Difference& difference, double against) const {
    constexpr double kTold = 0.005;  // as the page rounds
    if (difference.source == Source::kPerRequest) return false;
    if (std::abs(difference.value) < kTold) return false;
    // Of other requests, the mean may be another.
    if (!all_speculate_ || gaps_.chunks.ok > 0 || gaps_.statistics.ok > 0) return false;
    const auto steps = table_.Of(Row::kSteps)[static_cast<size_t>(Source::kChunks)];
    const auto counted = table_.Of(Row::kSteps)[static_cast<size_t>(difference.against)];
    double allowed = 0;
    if (steps && counted && *steps < *counted) {
      // As much longer as there are fewer of them.
      allowed += against * (*counted / *steps - 1);
      difference.reasons.push_back("steps merged into others' chunks");
    }
    const Estimate& estimate = *by_chunks_->per_step;
    if (estimate.low && estimate.high) allowed += 1.5 * (*estimate.high - *estimate.low) / 2;
    if (steps.value_or(0) > 0) {
      // Of each response the last step may be cut by as much as a draft.
      allowed += gaps_.draft_length * static_cast<double>(figures_.conservation.ok) / *steps;
      difference.reasons.push_back("last steps cut by the ends of responses, estimated");
    }
    difference.expected = std::abs(difference.value) <= allowed;
    return true;
  }

  void AddRateDifference(size_t position) {
    const Values& values = table_.accept_rates[position];
    const auto& counted = values[static_cast<size_t>(Source::kCounters)];
    const auto& told = values[static_cast<size_t>(Source::kPerRequest)];
    if (!counted || !told || std::abs(*told - *counted) <= kRateTolerance) return;
    Reconciliation::Difference difference{.row = Row::kAcceptedTokens,
                                          .position = position,
                                          .source = Source::kPerRequest,
                                          .against = Source::kCounters,
                                          .value = *told - *counted};
    // Rates of other requests may be any: what they are is said with the counts.
    const Allowance allowed =
        gaps_.AllowanceOf(Row::kAcceptedTokens, Source::kPerRequest, Source::kCounters);
    difference.reasons = allowed.why_less;
    difference.expected = allowed.less > 0 || allowed.more > 0;
    table_.differences.push_back(std::move(difference));
  }

  const Results& figures_;
  const CountGaps gaps_;
  const std::optional<AcceptanceFigures> by_chunks_, by_requests_;
  const bool all_speculate_;
  const ServerCounters* counters_ = nullptr;
  Reconciliation table_;
};

}  // namespace

std::optional<Reconciliation> Reconcile(const RunContext& run, const RunAcceptance& acceptance,
                                        std::span<const SettledRequest> requests,
                                        const Results& figures) {
  const bool speculates =
      std::any_of(figures.acceptance_sources.begin(), figures.acceptance_sources.end(),
                  [](const TargetAcceptance& target) { return target.speculates; });
  if (!speculates) return std::nullopt;
  return Reconciler(run, acceptance, requests, figures).Table();
}

std::optional<Finding> CheckReconciliation(const Results& figures) {
  if (!figures.reconciliation) return std::nullopt;
  for (const Reconciliation::Difference& difference : figures.reconciliation->differences) {
    if (difference.expected || difference.row == ReconciledRow::kTokens) continue;
    const std::string what = difference.position ? absl::StrFormat("accept_rate at position %d",
                                                                   *difference.position + 1)
                                                 : std::string(ReconciledRowName(difference.row));
    return Finding{
        .state = VerdictState::kDegraded,
        .reason = {.code = ReasonCode::kAcceptanceApart,
                   .text = absl::StrFormat(
                       "%s by %s differs by %+.6g from that by %s, and nothing explains it", what,
                       ReconciledSourceName(difference.source), difference.value,
                       ReconciledSourceName(difference.against))}};
  }
  return std::nullopt;
}

}  // namespace specctl
