#include <algorithm>
#include <array>

#include <absl/strings/str_format.h>

#include "common/analysis/acceptance_basis.h"
#include "common/analysis/figures.h"
#include "common/analysis/verdict.h"

namespace specctl {
namespace {

// A window counts as queued with more waiting than this share of bs (at least one request), and a
// run with more of them on average: each new request waits for a moment, and a scrape may meet some
// that do.
constexpr double kWaitingShareMin = 0.05;
constexpr double kQueuedWindowsMin = 0.10;
// What a chat template puts before every prompt is the same for all of them, and is cached.
constexpr double kTemplateTokens = 64;
constexpr double kBurstShareMin = 0.01;  // of a window's chunks
constexpr uint64_t kUnacknowledgedMaxNs = 2'000'000'000;
constexpr double kUnstampedShareMin = 0.001;  // of the reads
constexpr double kPrefixExcessMin = 0.05;     // of the tokens that were looked up
constexpr double kContextOverflowMin = 0.05;  // of the requests sent

// Below these a run is its start and its end for the most part: few seconds, few requests, or fewer
// than two for each slot, so that all have the same start.
constexpr double kLengthMinS = 5;
constexpr uint64_t kRequestsMin = 30;
constexpr uint64_t kRequestsPerSlotMin = 2;

void AddLabel(std::string code, std::string text, Results& results, uint64_t windows = 0) {
  results.verdict.labels.push_back(
      {.code = std::move(code), .text = std::move(text), .windows = windows});
}

void AddTooShort(const Evidence& evidence, Results& results) {
  const bool whole = results.headline_is_whole_run;
  const double length_s = whole ? results.run_length_s : results.hold->length_s;
  const uint64_t bs = evidence.run.spec().load.bs;
  const uint64_t needed = std::max(kRequestsMin, kRequestsPerSlotMin * bs);
  const auto ok = static_cast<uint64_t>(std::count_if(
      evidence.requests.begin(), evidence.requests.end(), [&](const SettledRequest& request) {
        return request.ok() && (whole || request.stage == Stage::kHold);
      }));
  if (ok == 0 || (ok >= needed && length_s >= kLengthMinS)) return;
  AddLabel("too_short",
           absl::StrFormat("%d requests in %.1f s at bs %d are too few to mean much, start and end "
                           "being most of them: measure %d or more, for %.0f s or longer",
                           ok, length_s, bs, needed, kLengthMinS),
           results);
}

void AddQueued(const Evidence& evidence, Results& results) {
  const double bs = evidence.run.spec().load.bs;
  const double waiting_min = std::max(1.0, kWaitingShareMin * bs);
  uint64_t queued = 0, seen = 0;
  double waiting = 0;
  for (WindowFigures& window : results.windows) {
    const bool judged = results.headline_is_whole_run || window.stage == StageName(Stage::kHold);
    if (!judged || !window.servers_running || !window.servers_waiting) continue;
    ++seen;
    waiting += *window.servers_waiting;
    if (*window.servers_waiting < waiting_min) continue;
    if (*window.servers_running >= bs) continue;
    ++queued;
    window.labels.push_back("queued");
  }
  const auto windows = static_cast<double>(seen);
  const bool often = static_cast<double>(queued) >= kQueuedWindowsMin * windows;
  if (queued == 0 || !often || waiting < waiting_min * windows) return;
  AddLabel("queued",
           absl::StrFormat("requests waited on the servers in %d of %d windows while fewer than bs "
                           "%.0f ran",
                           queued, seen, bs),
           results, queued);
}

// Tokens of prompts that the servers may have seen before: those of a repeated conversation, and of
// a later turn everything up to the turn before and its reply.  nullopt where prompts' tokens are
// unknown.
std::optional<double> RepeatedPromptTokens(const Evidence& evidence) {
  double tokens = 0;
  const SettledRequest* before = nullptr;
  for (const SettledRequest& request : evidence.requests) {
    const bool follows = before != nullptr && before->position == request.position;
    if (request.input_tokens) {
      const double input = *request.input_tokens;
      if (evidence.run.CycleOf(request.position) > 0) {
        tokens += input;
      } else if (follows && request.turn > 0) {
        const double shared = static_cast<double>(before->input_tokens.value_or(0)) +
                              before->output_tokens.value_or(0);
        tokens += std::min(input, shared);
      }
    } else if (request.ok()) {
      return std::nullopt;
    }
    before = &request;
  }
  return tokens;
}

void AddPrefixCache(const Evidence& evidence, Results& results) {
  if (!results.servers || !results.servers->complete) return;
  const auto queries = evidence.servers.Growth(ServerFigure::kPrefixQueries);
  const auto hits = evidence.servers.Growth(ServerFigure::kPrefixHits);
  if (!hits || queries.value_or(0) <= 0) return;
  const std::optional<double> repeated = RepeatedPromptTokens(evidence);
  if (!repeated) {
    results.verdict.checks_not_made.push_back(
        "prefix-cache hits against the prompts (their tokens are unknown)");
    return;
  }
  const double explained =
      *repeated + kTemplateTokens * static_cast<double>(results.conservation.sent);
  const double excess = *hits - explained;
  if (excess <= kPrefixExcessMin * *queries) return;
  AddLabel("prefix_cache",
           absl::StrFormat("%.0f of %.0f prompt tokens came from the prefix cache, the prompts "
                           "explain %.0f",
                           *hits, *queries, explained),
           results);
}

void AddOtherTraffic(Results& results) {
  // Requests to a target that was not scraped are in no counter.
  if (!results.servers || !results.servers->complete) return;
  const ServerCounters& servers = results.servers->sums;
  const Conservation& books = results.conservation;
  const auto requests = static_cast<double>(books.sent + books.resends);
  if (servers.requests_finished && *servers.requests_finished > requests) {
    AddLabel("other_traffic",
             absl::StrFormat("the servers finished %.0f requests, %.0f were ours",
                             *servers.requests_finished, requests),
             results);
    return;
  }
  // Prompts of requests that ended badly are unknown, and a preempted one may be counted twice.
  const bool comparable = books.ok == books.sent && books.resends == 0 && results.tokens.input &&
                          servers.preemptions.value_or(0) == 0;
  if (!comparable || !servers.prompt_tokens) return;
  const auto input = static_cast<double>(*results.tokens.input);
  if (*servers.prompt_tokens <= input) return;
  AddLabel("other_traffic",
           absl::StrFormat("the servers read %.0f prompt tokens, %.0f were ours",
                           *servers.prompt_tokens, input),
           results);
}

bool IsServerError(FailureKind kind) {
  constexpr std::array kKinds = {FailureKind::kConnect,    FailureKind::kTls,
                                 FailureKind::kSend,       FailureKind::kHttpStatus,
                                 FailureKind::kErrorEvent, FailureKind::kTruncated,
                                 FailureKind::kUndecodable};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

void AddServerErrors(const Evidence& evidence, Results& results) {
  const auto errors =
      std::count_if(evidence.requests.begin(), evidence.requests.end(),
                    [](const SettledRequest& request) { return IsServerError(request.failure); });
  if (errors == 0) return;
  AddLabel("server_errors", absl::StrFormat("%d requests refused or broken off", errors), results);
}

void AddContext(const Evidence& evidence, Results& results) {
  const auto refused = std::count_if(evidence.requests.begin(), evidence.requests.end(),
                                     [](const SettledRequest& request) {
                                       return request.failure == FailureKind::kContextOverflow;
                                     });
  const auto sent = static_cast<double>(results.conservation.sent);
  if (static_cast<double>(refused) <= kContextOverflowMin * sent) return;
  AddLabel(
      "context_overflow",
      absl::StrFormat("%d of %d requests did not fit the context of the model: the figures are "
                      "of the shorter ones",
                      refused, results.conservation.sent),
      results);
}

void AddIgnoreEos(const Evidence& evidence, Results& results) {
  if (!evidence.run.spec().request.ignore_eos && !evidence.run.rows_ignore_eos) return;
  AddLabel("ignore_eos",
           "replies run on past their end: their text, and with it the acceptance, is not what "
           "users get",
           results);
}

void AddFromRequests(const Evidence& evidence, Results& results) {
  uint64_t repeated = 0, totals_only = 0;
  for (const SettledRequest& request : evidence.requests) {
    if (evidence.run.CycleOf(request.position) > 0) ++repeated;
    if (request.ok() && request.totals_only) ++totals_only;
  }
  if (repeated > 0) {
    AddLabel("repeated_prompts",
             absl::StrFormat("%d requests repeat a prompt of this run", repeated), results);
  }
  if (totals_only > 0) {
    AddLabel(
        "totals_only",
        absl::StrFormat("%d ok requests have a token total and no tokens by chunk", totals_only),
        results);
  }
}

// Chunks that arrived together while they were waited for: the server or the network joined them.
void AddServerBurst(const Evidence& evidence, Results& results) {
  uint64_t windows = 0, bursts = 0, chunks = 0;
  for (size_t i = 0; i < results.windows.size(); ++i) {
    const WindowHealth& health = evidence.health.At(i);
    const auto of_window = static_cast<double>(health.chunks);
    if (static_cast<double>(health.burst_chunks) <= kBurstShareMin * of_window) continue;
    results.windows[i].labels.push_back("server_burst");
    ++windows;
    bursts += health.burst_chunks;
    chunks += health.chunks;
  }
  if (windows == 0) return;
  AddLabel("server_burst",
           absl::StrFormat("%d of %d chunks arrived together with another of their stream", bursts,
                           chunks),
           results, windows);
}

void AddFromAgents(const Evidence& evidence, Results& results) {
  uint64_t steps = 0, unstamped = 0, reads = 0;
  const AgentState* slowest = nullptr;
  for (const AgentState& agent : evidence.agents) {
    steps += agent.wall_clock_steps;
    unstamped += agent.unstamped_reads;
    reads += agent.reads;
    const bool slower =
        slowest == nullptr || agent.unacknowledged_ns_max > slowest->unacknowledged_ns_max;
    if (slower) slowest = &agent;
  }
  if (steps > 0) {
    AddLabel("clock_stepped",
             absl::StrFormat("a wall clock was stepped %d times; latencies are on clocks that "
                             "are not",
                             steps),
             results);
  }
  if (slowest != nullptr && slowest->unacknowledged_ns_max > kUnacknowledgedMaxNs) {
    AddLabel(
        "controller_link",
        absl::StrFormat("a batch of agent %d waited %.1f s for the controller; it spooled up "
                        "to %d bytes",
                        slowest->agent, static_cast<double>(slowest->unacknowledged_ns_max) / 1e9,
                        slowest->spool_bytes_max),
        results);
  }
  if (static_cast<double>(unstamped) > kUnstampedShareMin * static_cast<double>(reads)) {
    AddLabel("user_stamps",
             absl::StrFormat("%d of %d reads came without the kernel's stamp, and are dated when "
                             "they were read",
                             unstamped, reads),
             results);
  }
}

void AddAcceptance(const Evidence& evidence, Results& results) {
  if (results.headline.acceptance && results.headline.acceptance->approximate) {
    AddLabel("approximate_acceptance", "from chunks, and how many steps are merged is unknown",
             results);
  }
  for (const TargetAcceptance& target : results.acceptance_sources) {
    if (!target.speculates) continue;
    const std::string label = TargetLabel(evidence.run.spec(), target.target);
    if (target.merged_share.value_or(0) > kMergedShareMax) {
      AddLabel("merged_steps",
               absl::StrFormat("%.1f %% of the steps of %s came within another's chunk: step "
                               "latency is between chunks",
                               100 * *target.merged_share, label),
               results);
    }
    const bool from_requests = target.source && *target.source != AcceptanceSource::kCounters;
    if (from_requests && target.share < kSourceShareLabelled) {
      AddLabel("partial_acceptance",
               absl::StrFormat("acceptance is of %.1f %% of the ok requests of %s; the others have "
                               "no %s",
                               100 * target.share, label, AcceptanceSourceName(*target.source)),
               results);
    }
  }
}

std::string_view FaultText(TokenFault fault) {
  switch (fault) {
    case TokenFault::kNone:
      break;
    case TokenFault::kUsageFalls:
      return "usage on chunks falls";
    case TokenFault::kUsageStalls:
      return "usage stands still while output comes";
    case TokenFault::kUsageLags:
      return "usage lags behind its chunk";
    case TokenFault::kUsageNotTotal:
      return "usage on chunks does not end at the total";
    case TokenFault::kAboveMaxTokens:
      return "a total above max_tokens";
    case TokenFault::kOtherChoices:
      return "one total for several choices";
  }
  return "chunks and total disagree";
}

void AddTokens(Results& results) {
  const TokenBooks& books = results.whole_token_books;
  if (books.responses_apart == 0) return;
  std::string text = absl::StrFormat("%d responses of %d tokens can't be given to their chunks",
                                     books.responses_apart, books.apart);
  for (size_t i = 0; i < kTokenFaults; ++i) {
    if (books.faults[i] == 0) continue;
    text += absl::StrFormat("; %d: %s", books.faults[i], FaultText(static_cast<TokenFault>(i)));
  }
  if (results.tokens_withheld) text += "; TPS, ITL and User TPS of the hold are withheld";
  AddLabel("tokens_unattributed", std::move(text), results);
}

void AddOddities(Results& results) {
  const ResponseOddities& oddities = results.oddities;
  if (oddities.passed_over > 0) {
    std::string text =
        absl::StrFormat("%d responses hold details of a wrong type or form, which were passed over",
                        oddities.passed_over);
    std::string_view separator = ": ";
    for (const auto& [what, responses] : oddities.passed_over_by) {
      text += absl::StrFormat("%s%s (%d)", separator, what, responses);
      separator = ", ";
    }
    AddLabel("passed_over", std::move(text), results);
  }
  if (oddities.left_open > 0) {
    AddLabel("left_open",
             absl::StrFormat("%d connections stayed open after a complete answer, and were closed: "
                             "each next request had to connect",
                             oddities.left_open),
             results);
  }
}

void AddOutages(Results& results) {
  constexpr size_t kSpansShown = 4;
  const Outages& outages = results.outages;
  if (outages.spans.empty()) return;
  uint64_t windows = 0;
  std::string when;
  for (size_t i = 0; i < outages.spans.size(); ++i) {
    const Outages::Span& span = outages.spans[i];
    windows += span.windows;
    for (int64_t second = span.start_s; second < span.end_s(); ++second) {
      results.windows[static_cast<size_t>(second)].labels.push_back("outage");
    }
    if (i == kSpansShown) when += ", ...";
    if (i >= kSpansShown) continue;
    when += absl::StrFormat("%s%d to %d s", i == 0 ? "" : ", ", span.start_s, span.end_s());
  }
  std::string text = absl::StrFormat("no token came from %s though requests waited for some", when);
  if (outages.output_tps_outside) {
    text += absl::StrFormat("; outside, TPS is %.4g", *outages.output_tps_outside);
  }
  AddLabel("outage", std::move(text), results, windows);
}

}  // namespace

void AddLabels(const Evidence& evidence, Results& results) {
  AddQueued(evidence, results);
  AddPrefixCache(evidence, results);
  AddOtherTraffic(results);
  AddServerErrors(evidence, results);
  AddOutages(results);
  AddOddities(results);
  AddServerBurst(evidence, results);
  AddFromAgents(evidence, results);
  if (results.headline_is_whole_run) {
    AddLabel("short_hold", "no hold of 5 s in which 30 requests began: figures of the whole run",
             results);
  }
  AddTooShort(evidence, results);
  AddContext(evidence, results);
  AddIgnoreEos(evidence, results);
  AddFromRequests(evidence, results);
  AddAcceptance(evidence, results);
  AddTokens(results);
}

}  // namespace specctl
