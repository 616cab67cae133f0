#include "common/analysis/result_sources.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace specctl {
namespace {

constexpr uint64_t kHoldRequestsMin = 30;

int64_t LastKnownNs(const SettledRequest& request) {
  return std::max({request.begin_ns, request.last_token_ns.value_or(request.begin_ns),
                   request.end_ns.value_or(request.begin_ns)});
}

void LeaveOutInvalid(ResultSources& sources, Results::Hold& hold) {
  const auto first = static_cast<size_t>(hold.start_s);
  for (size_t i = first; i < first + hold.windows; ++i) {
    const WindowVerdict* verdict = sources.state.verdicts.At(i);
    if (verdict != nullptr && verdict->state == VerdictState::kInvalid) continue;
    sources.sound_windows.push_back(sources.state.windows.windows()[i]);
  }
  const bool any_invalid = sources.sound_windows.size() < hold.windows;
  const bool any_ok = std::any_of(sources.held_sound.begin(), sources.held_sound.end(),
                                  [](const SettledRequest* request) { return request->ok(); });
  // With nothing sound left the distorted figures stand; the verdict says what they are.
  sources.leaves_out = any_invalid && any_ok && !sources.sound_windows.empty();
  if (sources.leaves_out) hold.windows_left_out = hold.windows - sources.sound_windows.size();
}

}  // namespace

RequestSet ResultSources::HeldOf(const RequestSet& of_run) const {
  RequestSet rows;
  rows.reserve(of_run.size());
  for (const SettledRequest* request : of_run) rows.push_back(&held->Of(*request));
  return rows;
}

RunRequests RequestsOf(const RunState& state) {
  return {.bounds = state.run.begun ? state.Bounds() : StageBounds{},
          .requests = state.settlement.settled(),
          .held = state.settlement.held()};
}

ResultSources MakeSources(const RunState& state, RunRequests requests) {
  ResultSources sources{.state = state,
                        .requests = std::move(requests.requests),
                        .held_rows = std::move(requests.held),
                        .bounds = requests.bounds};
  // Conversations in a row, as estimates by conversation need them, and in one order always.
  std::sort(sources.requests.begin(), sources.requests.end(), ComesBefore);
  sources.held = std::make_unique<HeldRequests>(sources.requests, sources.held_rows);
  int64_t last_ns = -1;
  for (const SettledRequest& request : sources.requests) {
    sources.all.push_back(&request);
    const bool in_hold = request.stage == Stage::kHold;
    if (in_hold) sources.hold.push_back(&request);
    last_ns = std::max(last_ns, LastKnownNs(request));
    sources.reasoning_marked = sources.reasoning_marked || request.has_reasoning;
    if (request.ok() && !request.input_tokens) sources.input_known = false;
  }
  sources.held_hold = sources.HeldOf(sources.hold);
  std::copy_if(sources.held_hold.begin(), sources.held_hold.end(),
               std::back_inserter(sources.held_sound),
               [](const SettledRequest* request) { return !request->in_invalid_window; });
  if (last_ns >= 0) sources.windows = static_cast<size_t>(last_ns / kSecondNs) + 1;
  sources.windows = std::min(sources.windows, state.windows.windows().size());
  return sources;
}

void SetHold(ResultSources& sources, Results& results) {
  int64_t last_ns = 0;
  for (const SettledRequest& request : sources.requests) {
    last_ns = std::max(last_ns, LastKnownNs(request));
  }
  results.run_length_s = static_cast<double>(last_ns) / static_cast<double>(kSecondNs);
  sources.run_length_s = results.run_length_s;
  const auto last = static_cast<int64_t>(sources.windows);
  // A hold that nothing ended lasts as long as anything happened.
  const int64_t end = std::min(sources.bounds.hold_end_s(), last);
  if (sources.bounds.has_hold() && sources.bounds.hold_s < end) {
    const int64_t length = end - sources.bounds.hold_s;
    results.hold = Results::Hold{.start_s = static_cast<double>(sources.bounds.hold_s),
                                 .length_s = static_cast<double>(length),
                                 .windows = static_cast<uint64_t>(length),
                                 .requests_begun = sources.hold.size(),
                                 .requests_unfinished = sources.held_rows.size()};
  }
  results.headline_is_whole_run = !results.hold || results.hold->length_s < kHoldSecondsMin ||
                                  results.hold->requests_begun < kHoldRequestsMin;
  sources.headline_is_whole_run = results.headline_is_whole_run;
  if (!results.headline_is_whole_run) LeaveOutInvalid(sources, *results.hold);
}

}  // namespace specctl
