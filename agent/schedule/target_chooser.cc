#include "agent/schedule/target_chooser.h"

#include <algorithm>
#include <cassert>

#include "common/base/hash.h"

namespace specctl::agent {

namespace {

// The same for every agent, as round robin is.
uint32_t PairedTarget(uint64_t position, uint64_t targets) {
  const uint64_t swapped = SplitMix64(position / 2) & 1;
  return static_cast<uint32_t>((position + swapped) % targets);
}

}  // namespace

uint32_t TargetChooser::PolicyTarget(uint64_t position, MonoTime now) const {
  switch (policy_) {
    case UrlPolicy::kLeastInFlight:
      return LeastInFlight(now);
    case UrlPolicy::kPaired:
      return PairedTarget(position, targets_.size());
    case UrlPolicy::kRoundRobin:
      break;
  }
  return static_cast<uint32_t>(position % targets_.size());
}

uint32_t TargetChooser::LeastInFlight(MonoTime now) const {
  const auto worse = [now](const Target& a, const Target& b) {
    const bool a_worth = a.health.IsWorthATry(now, a.tries);
    const bool b_worth = b.health.IsWorthATry(now, b.tries);
    if (a_worth != b_worth) return b_worth;
    // If none is worth a try, take the one whose pause ends first.
    if (!a_worth) return a.health.retry_at() > b.health.retry_at();
    return a.in_flight > b.in_flight;
  };
  // The first of equals, so the lowest index.
  const auto best = std::max_element(targets_.begin(), targets_.end(), worse);
  return static_cast<uint32_t>(best - targets_.begin());
}

TargetChooser::Choice TargetChooser::BeginConversation(uint64_t position, MonoTime now) {
  Choice choice;
  choice.target = PolicyTarget(position, now);
  Target& target = targets_[choice.target];
  // Noted now: by the conversation's end the target may be trusted again.
  choice.is_try = target.health.shunned();
  ++target.in_flight;
  target.tries += choice.is_try ? 1 : 0;
  return choice;
}

void TargetChooser::OnRequestEnd(const Choice& choice, TargetSign sign, MonoTime now) {
  targets_[choice.target].health.OnEnd(sign, choice.is_try, now);
}

void TargetChooser::EndConversation(const Choice& choice) {
  Target& target = targets_[choice.target];
  assert(target.in_flight > 0);
  --target.in_flight;
  target.tries -= choice.is_try ? 1 : 0;
}

}  // namespace specctl::agent
