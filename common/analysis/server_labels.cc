#include "common/analysis/server_labels.h"

#include <algorithm>
#include <array>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

// A window counts as queued with more waiting than this share of bs (at least one request), and a
// run with more of them on average: each new request waits for a moment, and a scrape may meet some
// that do.
constexpr double kWaitingShareMin = 0.05;
constexpr double kQueuedWindowsMin = 0.10;
// What a chat template puts before every prompt is the same for all of them, and is cached.
constexpr double kTemplateTokens = 64;
constexpr double kPrefixExcessMin = 0.05;  // of the tokens that were looked up
// Text has more or fewer tokens than one for 4 characters, and caches hold whole blocks alone.
constexpr double kPrefixFoundMin = 0.75, kPrefixTextMax = 1.5;
constexpr double kBurstShareMin = 0.01;  // of a window's chunks

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

// Tokens of --prefix-groups in the prompts of first turns that no repeat accounts for.
struct PrefixTokens {
  double sent = 0;
  double cached = 0;  // of them, once each server has seen each prefix
};
PrefixTokens SharedPrefixTokens(const Evidence& evidence) {
  const RunSpec& spec = evidence.run.spec();
  const auto first_turns = static_cast<double>(std::count_if(
      evidence.requests.begin(), evidence.requests.end(), [&](const SettledRequest& request) {
        return request.ok() && request.turn == 0 && evidence.run.CycleOf(request.position) == 0;
      }));
  const auto unseen = static_cast<double>(spec.shared_prefix.groups * spec.targets.size());
  const double tokens = spec.shared_prefix.tokens;
  return {.sent = first_turns * tokens, .cached = std::max(0.0, first_turns - unseen) * tokens};
}

bool IsServerError(FailureKind kind) {
  constexpr std::array kKinds = {FailureKind::kConnect,    FailureKind::kTls,
                                 FailureKind::kSend,       FailureKind::kHttpStatus,
                                 FailureKind::kErrorEvent, FailureKind::kTruncated,
                                 FailureKind::kUndecodable};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

// "3 to 5 s, 9 to 12 s, ..."
std::string SpansText(std::span<const Outages::Span> spans) {
  constexpr size_t kSpansShown = 4;
  std::string text;
  for (size_t i = 0; i < std::min(spans.size(), kSpansShown); ++i) {
    text += absl::StrFormat("%s%d to %d s", i == 0 ? "" : ", ", spans[i].start_s, spans[i].end_s());
  }
  return spans.size() > kSpansShown ? text + ", ..." : text;
}

}  // namespace

WindowedLabel QueuedLabel(const Results& figures) {
  WindowedLabel found{.code = Label::kQueued};
  const std::optional<uint32_t> expected = InFlightOfHold(figures);
  // Arrivals that wait are what an open loop is to show; its trend is judged, not that they do.
  if (!expected) return found;
  const double bs = *expected;
  const double waiting_min = std::max(1.0, kWaitingShareMin * bs);
  uint64_t seen = 0;
  double waiting = 0;
  for (size_t i = 0; i < figures.windows.size(); ++i) {
    const WindowFigures& window = figures.windows[i];
    const bool has_gauges = window.servers_running && window.servers_waiting;
    if (!IsJudged(window, figures) || !has_gauges) continue;
    ++seen;
    waiting += *window.servers_waiting;
    if (*window.servers_waiting < waiting_min) continue;
    // With bs of ours running, what waits is not ours.
    if (*window.servers_running >= bs) continue;
    found.windows.push_back(i);
  }
  const uint64_t queued = found.windows.size();
  const auto windows = static_cast<double>(seen);
  const bool often = static_cast<double>(queued) >= kQueuedWindowsMin * windows;
  if (queued == 0 || !often || waiting < waiting_min * windows) return found;
  found.of_run = VerdictLabel{
      .code = Label::kQueued,
      .text = absl::StrFormat(
          "requests waited on the servers in %d of %d windows while fewer than bs %.0f ran", queued,
          seen, bs),
      .windows = queued};
  return found;
}

PrefixCacheCheck CheckPrefixCache(const Evidence& evidence, const Results& figures) {
  PrefixCacheCheck check;
  if (!figures.servers || !figures.servers->complete) return check;
  const auto queries = evidence.servers.Growth(ServerFigure::kPrefixQueries);
  const auto hits = evidence.servers.Growth(ServerFigure::kPrefixHits);
  if (!hits || queries.value_or(0) <= 0) return check;
  const std::optional<double> repeated = RepeatedPromptTokens(evidence);
  if (!repeated) {
    check.not_made = "prefix-cache hits against the prompts (their tokens are unknown)";
    return check;
  }
  const PrefixTokens prefixes = SharedPrefixTokens(evidence);
  if (*hits < kPrefixFoundMin * prefixes.cached) {
    check.missed = VerdictLabel{
        .code = Label::kPrefixMissed,
        .text = absl::StrFormat("%.0f of %.0f prompt tokens came from the prefix cache; "
                                "--prefix-groups was to give %.0f",
                                *hits, *queries, prefixes.cached)};
  }
  const double explained = *repeated + kPrefixTextMax * prefixes.sent +
                           kTemplateTokens * static_cast<double>(figures.conservation.sent);
  if (*hits - explained <= kPrefixExcessMin * *queries) return check;
  check.label = VerdictLabel{
      .code = Label::kPrefixCache,
      .text = absl::StrFormat(
          "%.0f of %.0f prompt tokens came from the prefix cache; the prompts explain %.0f", *hits,
          *queries, explained)};
  return check;
}

std::optional<VerdictLabel> OtherTrafficLabel(const Results& figures) {
  if (figures.logged && figures.logged->of_others > 0) {
    return VerdictLabel{
        .code = Label::kOtherTraffic,
        .text = absl::StrFormat("the server's files have %d responses, of which %d "
                                "are not of this run",
                                figures.logged->responses, figures.logged->of_others)};
  }
  // Requests to a target that was not scraped are in no counter.
  if (!figures.servers || !figures.servers->complete) return std::nullopt;
  const ServerCounters& servers = figures.servers->sums;
  const Conservation& books = figures.conservation;
  const auto requests = static_cast<double>(books.sent + books.resends);
  if (servers.requests_finished && *servers.requests_finished > requests) {
    return VerdictLabel{
        .code = Label::kOtherTraffic,
        .text = absl::StrFormat("the servers finished %.0f requests, of which %.0f were ours",
                                *servers.requests_finished, requests)};
  }
  // Prompts of requests that ended badly are unknown, and a preempted one may be counted twice.
  const bool comparable = books.ok == books.sent && books.resends == 0 && figures.tokens.input &&
                          servers.preemptions.value_or(0) == 0;
  if (!comparable || !servers.prompt_tokens) return std::nullopt;
  const auto input = static_cast<double>(*figures.tokens.input);
  if (*servers.prompt_tokens <= input) return std::nullopt;
  return VerdictLabel{
      .code = Label::kOtherTraffic,
      .text = absl::StrFormat("the servers read %.0f prompt tokens, of which %.0f were ours",
                              *servers.prompt_tokens, input)};
}

std::optional<VerdictLabel> ServerErrorsLabel(std::span<const SettledRequest> requests) {
  const auto errors =
      std::count_if(requests.begin(), requests.end(),
                    [](const SettledRequest& request) { return IsServerError(request.failure); });
  if (errors == 0) return std::nullopt;
  return VerdictLabel{.code = Label::kServerErrors,
                      .text = absl::StrFormat("%d requests were refused or cut off", errors)};
}

WindowedLabel OutageLabel(const Outages& outages) {
  WindowedLabel found{.code = Label::kOutage};
  for (const Outages::Span& span : outages.spans) {
    for (int64_t second = span.start_s; second < span.end_s(); ++second) {
      found.windows.push_back(static_cast<size_t>(second));
    }
  }
  if (found.windows.empty()) return found;
  std::string text = absl::StrFormat("no token arrived from %s although requests were waiting",
                                     SpansText(outages.spans));
  if (outages.output_tps_outside) {
    text += absl::StrFormat("; outside that time, TPS is %.4g", *outages.output_tps_outside);
  }
  found.of_run = VerdictLabel{
      .code = Label::kOutage, .text = std::move(text), .windows = found.windows.size()};
  return found;
}

WindowedLabel ServerBurstLabel(const HealthFold& health, size_t windows) {
  WindowedLabel found{.code = Label::kServerBurst};
  uint64_t bursts = 0, chunks = 0;
  for (size_t i = 0; i < windows; ++i) {
    const WindowHealth& window = health.At(i);
    const auto of_window = static_cast<double>(window.chunks);
    if (static_cast<double>(window.burst_chunks) <= kBurstShareMin * of_window) continue;
    found.windows.push_back(i);
    bursts += window.burst_chunks;
    chunks += window.chunks;
  }
  if (found.windows.empty()) return found;
  found.of_run = VerdictLabel{
      .code = Label::kServerBurst,
      .text = absl::StrFormat("%d of %d chunks arrived together with another chunk of their stream",
                              bursts, chunks),
      .windows = found.windows.size()};
  return found;
}

std::optional<VerdictLabel> ReplicasChangedLabel(const std::optional<ServerFigures>& servers,
                                                 bool resolve_all) {
  if (!servers) return std::nullopt;
  std::string text;
  bool any_new = false;
  for (const ReplicaCount& name : servers->replicas) {
    if (name.born == 0 && name.gone == 0) continue;
    any_new = any_new || name.born > 0;
    text += absl::StrFormat(
        "%s%s had %d replicas before the run and %d at its end (%d new, %d gone)",
        text.empty() ? "" : "; ", name.url, name.first, name.last(), name.born, name.gone);
  }
  if (text.empty()) return std::nullopt;
  text += "; counters of a new one count from its first scrape, of one that is gone up to its last";
  if (any_new && resolve_all) {
    text += "; an address that the name did not have before the run got no load (--resolve all)";
  }
  return VerdictLabel{.code = Label::kReplicasChanged, .text = std::move(text)};
}

}  // namespace specctl
