// RefusalLog: who was refused, once each.
#pragma once

#include <set>
#include <string>
#include <utility>

#include <absl/status/status.h>

#include "common/base/mutex.h"

namespace specctl::controller {

// Thread-safe.
class RefusalLog {
 public:
  // Of a host and a kind of reason each; of further ones one line says that there are more.
  static constexpr size_t kRefusalsMax = 1'000;

  // Logs it where this host was not refused for such a reason before.  `peer`: as gRPC names it,
  // "ipv4:10.0.0.7:41235".
  void OnRefused(const std::string& peer, const absl::Status& why);
  // The same of a call that ended with this status, where that is for what it was or whose: not
  // where something was not there, or came at a wrong time.
  void OnEnd(const std::string& peer, const absl::Status& status);
  // The same of a connection that ended without a call; `why` is empty where nobody knows.
  void OnUncalled(const std::string& peer, const std::string& why);

  // "ipv4:10.0.0.7" of that.
  static std::string HostOf(const std::string& peer);

 private:
  // Whether this is to be logged; the last time, says so.
  bool IsNew(const std::string& peer, const std::string& kind);

  Mutex mu_;
  std::set<std::pair<std::string, std::string>> told_ ABSL_GUARDED_BY(mu_);
};

}  // namespace specctl::controller
