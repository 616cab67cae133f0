#include "common/analysis/reconcile_gaps.h"

#include <algorithm>
#include <limits>

#include <absl/strings/str_format.h>

#include "common/analysis/server_labels.h"
#include "common/analysis/token_check.h"
#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

constexpr double kNoBound = std::numeric_limits<double>::infinity();
constexpr double kDraftLengthMax = 64;  // where no one tells it

// The most tokens that the server can have generated for the request.
double TokensAtMost(const SettledRequest& request, const RunSpec& spec) {
  const uint32_t known = request.output_tokens.value_or(0);
  if (request.ok() && request.output_tokens) return known;
  return std::max(known, spec.request.osl_tokens);
}

void AddLacking(const SettledRequest& request, double tokens, CountGaps::Lacking& lacking) {
  ++(request.ok() ? lacking.ok : lacking.not_ok);
  lacking.tokens += tokens;
}

// What requests that a source lacks allow it to be less by.
void AllowLacking(const CountGaps::Lacking& lacking, double tokens, std::string_view without,
                  double& allowed, std::vector<std::string>& why) {
  if (lacking.not_ok + lacking.ok == 0) return;
  allowed += tokens;
  if (lacking.not_ok > 0) {
    why.push_back(absl::StrFormat("%d requests did not end ok", lacking.not_ok));
  }
  if (lacking.ok > 0) why.push_back(absl::StrFormat("%d ok requests %s", lacking.ok, without));
}

}  // namespace

Allowance CountGaps::AllowanceOf(ReconciledRow row, ReconciledSource source,
                                 ReconciledSource against) const {
  Allowance allowance;
  // A step yields a token and has one draft at most; a draft has up to its length.
  const double longest = draft_length > 0 ? draft_length : kDraftLengthMax;
  const double per_token = row == ReconciledRow::kDraftedTokens ? longest : 1;
  const auto lack = [&](ReconciledSource side, double& allowed, std::vector<std::string>& why) {
    // Tokens are counted of requests of every outcome, chunk by chunk.
    if (row == ReconciledRow::kTokens) return;
    if (side == ReconciledSource::kChunks) {
      AllowLacking(chunks, chunks.tokens * per_token, "have chunks of unknown tokens", allowed,
                   why);
    } else if (side == ReconciledSource::kPerRequest) {
      AllowLacking(statistics, statistics.tokens * per_token, "have no statistics", allowed, why);
    }
  };
  lack(source, allowance.less, allowance.why_less);
  lack(against, allowance.more, allowance.why_more);
  if (row == ReconciledRow::kTokens && source == ReconciledSource::kChunks && unknown_chunks > 0) {
    allowance.less = kNoBound;
    allowance.why_less.push_back(
        absl::StrFormat("%d responses have chunks of unknown tokens", unknown_chunks));
  }
  if (row == ReconciledRow::kTokens && source == ReconciledSource::kChunks && tail_tokens > 0) {
    allowance.less += static_cast<double>(tail_tokens);
    allowance.why_less.push_back(
        absl::StrFormat("%d tokens behind the last chunks of responses", tail_tokens));
  }
  if (row == ReconciledRow::kSteps && source == ReconciledSource::kChunks && merged) {
    allowance.less = kNoBound;
    allowance.why_less.push_back("steps merged into others' chunks");
  }
  if (responses_apart > 0 && (row == ReconciledRow::kTokens || row == ReconciledRow::kSteps)) {
    allowance.less = allowance.more = kNoBound;
    const std::string why =
        absl::StrFormat("%d responses whose tokens do not add up", responses_apart);
    allowance.why_less.push_back(why);
    allowance.why_more.push_back(why);
  }
  if (against == ReconciledSource::kCounters) {
    const auto less = [&](double tokens, std::string why) {
      allowance.less += tokens;
      allowance.why_less.push_back(std::move(why));
    };
    if (other_traffic) less(kNoBound, "other traffic on the servers");
    if (resends > 0) less(resent_tokens * per_token, absl::StrFormat("%d resends", resends));
    if (row == ReconciledRow::kTokens && chunks.not_ok > 0) {
      less(chunks.tokens, absl::StrFormat("%d requests did not end ok", chunks.not_ok));
    }
    if (row == ReconciledRow::kTokens && stop_strings) less(kNoBound, "stop strings");
    if (row == ReconciledRow::kAcceptedTokens && late_step_tokens > 0) {
      less(late_step_tokens, "a step after each response's end (overlap scheduling)");
    }
    if (replicas_changed) {
      allowance.more = kNoBound;
      allowance.why_more.push_back("replicas came or went");
    }
    if (resets > 0) {
      less(kNoBound, absl::StrFormat("%d server restarts", resets));
      allowance.more = kNoBound;
      allowance.why_more.push_back(allowance.why_less.back());
    }
  }
  return allowance;
}

CountGaps FindGaps(const RunContext& run, const RunAcceptance& acceptance,
                   std::span<const SettledRequest> requests, const Results& figures) {
  CountGaps gaps;
  const std::vector<TargetBasis> statistics = acceptance.StatisticsOf(requests);
  for (const SettledRequest& request : requests) {
    const double tokens = TokensAtMost(request, run.spec());
    const bool has_chunks =
        request.ok() && request.StepsFrom(StepSource::kChunks).detail >= StepDetail::kEach;
    if (!has_chunks && !request.has_no_step()) AddLacking(request, tokens, gaps.chunks);
    const bool known = request.target < statistics.size() && statistics[request.target].basis;
    const auto& basis = known ? statistics[request.target].basis : std::nullopt;
    const bool told =
        request.ok() && basis && request.StepsFrom(basis->source).detail >= basis->detail;
    if (!told && !request.has_no_step()) AddLacking(request, tokens, gaps.statistics);
    if (request.resends > 0) gaps.resent_tokens += tokens * request.resends;
  }
  for (const TargetAcceptance& target : figures.acceptance_sources) {
    gaps.draft_length = std::max(gaps.draft_length, 1.0 * target.draft_length.value_or(0));
    // Without a count of steps nobody knows how many were merged: they may have been.
    gaps.merged = gaps.merged || target.merged_share.value_or(1) > 0;
  }
  gaps.resends = figures.conservation.resends;
  gaps.responses_apart = figures.whole_token_books.responses_apart;
  gaps.tail_tokens = figures.whole_token_books.tail;
  gaps.unknown_chunks = figures.whole_token_books.responses_of_unknown_chunks;
  gaps.other_traffic = OtherTrafficLabel(figures).has_value();
  gaps.stop_strings = HasStopStrings(run);
  if (figures.servers) {
    gaps.resets = figures.servers->resets;
    gaps.replicas_changed = ReplicasChanged(*figures.servers);
  }
  for (const SettledRequest& request : requests) {
    const TargetProbed* const probed = run.Target(request.target);
    if (probed == nullptr || !ProfileNamed(probed->engine).counts_a_step_too_many) continue;
    gaps.late_step_tokens += gaps.draft_length + 1;
  }
  return gaps;
}

}  // namespace specctl
