#include "controller/session/refusal_log.h"

#include <algorithm>
#include <array>

#include <spdlog/spdlog.h>

#include "common/base/printable.h"

namespace specctl::controller {

std::string RefusalLog::HostOf(const std::string& peer) { return peer.substr(0, peer.rfind(':')); }

void RefusalLog::OnRefused(const std::string& peer, const absl::Status& why) {
  if (!IsNew(peer, absl::StatusCodeToString(why.code()))) return;
  // What a stranger says may be anything.
  spdlog::warn("controller: {} was refused: {}", Printable(peer),
               Printable(std::string(why.message())));
}

void RefusalLog::OnEnd(const std::string& peer, const absl::Status& status) {
  constexpr std::array kRefusals = {
      absl::StatusCode::kInvalidArgument,  absl::StatusCode::kUnauthenticated,
      absl::StatusCode::kPermissionDenied, absl::StatusCode::kResourceExhausted,
      absl::StatusCode::kDataLoss,
  };
  const auto at = std::find(kRefusals.begin(), kRefusals.end(), status.code());
  if (at != kRefusals.end()) OnRefused(peer, status);
}

void RefusalLog::OnUncalled(const std::string& peer, const std::string& why) {
  // What a call was refused for may have its path in it, which is the caller's to choose.
  const bool handshake = why.starts_with("TLS handshake: ");
  if (!IsNew(peer, handshake || why.empty() ? "uncalled: " + why : "call")) return;
  if (why.empty()) {
    spdlog::warn("controller: {} connected, and left without a call that is answered here",
                 Printable(peer));
  } else {
    spdlog::warn("controller: {} was refused: {}", Printable(peer), Printable(why));
  }
}

bool RefusalLog::IsNew(const std::string& peer, const std::string& kind) {
  MutexLock lock(mu_);
  if (told_.size() >= kRefusalsMax) return false;
  if (!told_.emplace(HostOf(peer), kind).second) return false;
  if (told_.size() == kRefusalsMax) {
    spdlog::warn("controller: there were {} refusals: further ones are not told", kRefusalsMax);
  }
  return true;
}

}  // namespace specctl::controller
