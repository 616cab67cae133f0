#include "common/analysis/held_request.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace specctl {
namespace {

auto OrderOf(const SettledRequest& request) {
  return std::tuple(request.position, request.turn, request.begin_ns, request.agent);
}

bool IsBefore(SettledRequest::Time time_ns, int64_t end_ns) { return time_ns && *time_ns < end_ns; }

uint32_t Bounded(uint64_t value) {
  return static_cast<uint32_t>(std::min<uint64_t>(value, std::numeric_limits<uint32_t>::max()));
}

void SetStream(const OpenRequest& open, int64_t hold_end_ns, SettledRequest& held) {
  const StreamPart part = open.Before(hold_end_ns);
  held.chunks = Bounded(part.chunks);
  held.counted_tokens = Bounded(part.counted_tokens);
  held.chunks_unknown = part.unknown_chunks > 0;
  // The total is of the whole response; of its part only the chunks tell.
  held.output_tokens = std::nullopt;
  if (part.chunks > 0 && part.unknown_chunks == 0) held.output_tokens = held.counted_tokens;
  if (!part.last_us) {
    held.first_token_ns = held.last_token_ns = std::nullopt;
    return;
  }
  held.last_token_ns = *part.last_us * 1000 + open.to_run_ns;
  held.last_within_us = part.last_within_us;
}

}  // namespace

std::optional<SettledRequest> HeldRequest(const EndedRequest& request, const StageBounds& bounds) {
  const SettledRequest& settled = request.settled;
  if (settled.stage != Stage::kHold || !bounds.has_hold()) return std::nullopt;
  const int64_t hold_end_ns = bounds.hold_end_s() * kSecondNs;
  if (settled.end_ns && *settled.end_ns <= hold_end_ns) return std::nullopt;
  SettledRequest held = settled;
  held.cut = true;
  held.outcome = Outcome::kOk;
  held.failure = FailureKind::kNone;
  held.end_ns = hold_end_ns;
  // Of one whose end was never reported, nothing more is known of when it was sent.
  if (settled.outcome == Outcome::kLost) held.start_ns = held.begin_ns;
  if (!IsBefore(held.start_ns, hold_end_ns)) held.start_ns = std::nullopt;
  if (!IsBefore(held.first_answer_ns, hold_end_ns)) held.first_answer_ns = std::nullopt;
  SetStream(request.open, hold_end_ns, held);
  return held;
}

HeldRequests::HeldRequests(std::span<const SettledRequest> requests,
                           std::span<const SettledRequest> held) {
  std::vector<const SettledRequest*> cut;
  cut.reserve(held.size());
  for (const SettledRequest& each : held) cut.push_back(&each);
  std::sort(cut.begin(), cut.end(),
            [](const auto* a, const auto* b) { return ComesBefore(*a, *b); });
  for (const SettledRequest& request : requests) {
    const auto found = std::lower_bound(
        cut.begin(), cut.end(), &request,
        [](const SettledRequest* a, const SettledRequest* b) { return ComesBefore(*a, *b); });
    if (found != cut.end() && OrderOf(**found) == OrderOf(request)) held_.emplace(&request, *found);
  }
}

const SettledRequest& HeldRequests::Of(const SettledRequest& request) const {
  const auto found = held_.find(&request);
  return found == held_.end() ? request : *found->second;
}

bool ComesBefore(const SettledRequest& a, const SettledRequest& b) {
  return OrderOf(a) < OrderOf(b);
}

}  // namespace specctl
