#include "common/engine/iteration_stats.h"

#include <simdjson.h>

#include <algorithm>
#include <set>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

constexpr uint64_t kOutOfOrderMax = 16;  // iterations of a late rank

namespace dom = simdjson::dom;

// 0 where it is not there, or no count.
uint64_t CountAt(dom::object object, std::string_view name) {
  uint64_t count = 0;
  return object[name].get(count) ? 0 : count;
}

absl::StatusOr<IterationStats> StatsOf(dom::element element) {
  dom::object object, speculation;
  IterationStats stats;
  if (element.get(object) || object["iter"].get(stats.iteration)) {
    return absl::InvalidArgumentError("need iteration statistics: objects with a number \"iter\"");
  }
  stats.active_requests = CountAt(object, "numActiveRequests");
  stats.queued_requests = CountAt(object, "numQueuedRequests");
  if (object["specDecodingStats"].get(speculation)) return stats;
  stats.drafted_tokens = CountAt(speculation, "numDraftTokens");
  stats.accepted_tokens = CountAt(speculation, "numAcceptedTokens");
  stats.drafts = CountAt(speculation, "numRequestsWithDraftTokens");
  return stats;
}

}  // namespace

absl::StatusOr<std::vector<IterationStats>> ParseIterationStats(std::string_view body) {
  dom::parser parser;
  dom::array array;
  if (parser.parse(simdjson::padded_string(body)).get(array)) {
    return absl::InvalidArgumentError("need a JSON array of iteration statistics");
  }
  std::vector<IterationStats> all;
  for (const dom::element element : array) {
    auto stats = StatsOf(element);
    if (!stats.ok()) return stats.status();
    all.push_back(*stats);
  }
  return all;
}

absl::Status IterationCounters::AddAnswer(std::string_view body) {
  const auto answer = ParseIterationStats(body);
  if (!answer.ok()) return answer.status();
  // What was there before the first answer was never to be counted.
  if (answered_ && answer->size() >= kKept) dropped_ = true;
  uint64_t newest = 0;
  for (const IterationStats& stats : *answer) newest = std::max(newest, stats.iteration);
  // All of them well before: the server has begun anew.
  const bool behind = last_ && !answer->empty() && newest < *last_;
  if (behind && *last_ - newest > kOutOfOrderMax) last_.reset();
  const std::optional<uint64_t> before = last_;
  std::set<uint64_t> seen;
  for (const IterationStats& stats : *answer) {
    if ((before && stats.iteration <= *before) || !seen.insert(stats.iteration).second) continue;
    drafts_ += stats.drafts;
    drafted_tokens_ += stats.drafted_tokens;
    accepted_tokens_ += stats.accepted_tokens;
    if (last_ && stats.iteration < *last_) continue;
    last_ = stats.iteration;
    active_requests_ = stats.active_requests;
    queued_requests_ = stats.queued_requests;
  }
  // No iteration since the last answer: nothing runs.
  if (seen.empty()) active_requests_ = 0;
  answered_ = true;
  return absl::OkStatus();
}

std::string IterationCounters::Exposition() const {
  const auto counter = [&](std::string_view name, uint64_t value) {
    return absl::StrFormat("specctl_trtllm_%s_total %s\n", std::string(name),
                           dropped_ ? "NaN" : absl::StrFormat("%d", value));
  };
  return counter("drafts", drafts_) + counter("draft_tokens", drafted_tokens_) +
         counter("accepted_tokens", accepted_tokens_) +
         absl::StrFormat("specctl_trtllm_active_requests %d\nspecctl_trtllm_queued_requests %d\n",
                         active_requests_, queued_requests_);
}

}  // namespace specctl
