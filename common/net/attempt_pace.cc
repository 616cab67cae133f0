#include "common/net/attempt_pace.h"

#include <cassert>

namespace specctl {

std::vector<size_t> InterleaveFamilies(std::span<const char> is_v6) {
  std::vector<size_t> order;
  if (is_v6.empty()) return order;
  size_t next_of[2] = {0, 0};  // by family: where to look for its next address
  bool family = is_v6.front() != 0;
  while (order.size() < is_v6.size()) {
    size_t& next = next_of[family ? 1 : 0];
    while (next < is_v6.size() && (is_v6[next] != 0) != family) ++next;
    if (next < is_v6.size()) order.push_back(next++);
    family = !family;
  }
  return order;
}

size_t AttemptPace::BeginAttempt(MonoTime now) {
  assert(next_due() <= now);
  next_due_ = now + kAttemptDelay;
  return begun_++;
}

}  // namespace specctl
