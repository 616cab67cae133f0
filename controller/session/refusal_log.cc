#include "controller/session/refusal_log.h"

#include <spdlog/spdlog.h>

#include "common/base/printable.h"

namespace specctl::controller {

std::string RefusalLog::HostOf(const std::string& peer) { return peer.substr(0, peer.rfind(':')); }

void RefusalLog::OnRefused(const std::string& peer, const absl::Status& why) {
  MutexLock lock(mu_);
  if (told_.size() >= kHostsMax) return;
  if (!told_.emplace(HostOf(peer), why.code()).second) return;
  // What a stranger says may be anything.
  spdlog::warn("controller: {} was refused: {}", Printable(peer),
               Printable(std::string(why.message())));
  if (told_.size() == kHostsMax) {
    spdlog::warn("controller: {} hosts were refused: further ones are not told", kHostsMax);
  }
}

}  // namespace specctl::controller
