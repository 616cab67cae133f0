#include "agent/schedule/target_health.h"

#include <algorithm>

namespace specctl::agent {

void TargetHealth::OnEnd(TargetSign sign, bool is_try, MonoTime now) {
  if (sign == TargetSign::kNothing) return;
  if (sign == TargetSign::kServes) {
    failures_ = shunned_ = 0;
    return;
  }
  ++failures_;
  // While it is shunned, only a try says anything new. Before that, being unreachable is enough; an
  // error may concern one request only, so it takes several in a row.
  if (shunned() ? !is_try : sign == TargetSign::kFails && failures_ < kFailuresMin) return;
  Nanos length = kFirst;
  for (uint32_t k = 0; k < shunned_ && length < kMost; ++k) length *= 2;
  ++shunned_;
  retry_at_ = now + std::min(length, kMost);
}

}  // namespace specctl::agent
