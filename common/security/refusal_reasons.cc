#include "common/security/refusal_reasons.h"

#include <algorithm>
#include <utility>

#include <grpc/support/log.h>

namespace specctl {
namespace {

constexpr std::string_view kHandshakeFailed = "Handshake failed with fatal error ";

void OnGrpcLog(gpr_log_func_args* line) {
  std::string reason = HandshakeReason(line->message);
  if (reason.empty()) return;
  RefusalReasons::OfProcess().OnHandshake(std::move(reason), MonoNow());
}

}  // namespace

RefusalReasons& RefusalReasons::OfProcess() {
  // Never destroyed: gRPC's threads may outlive main().
  static RefusalReasons& reasons = *new RefusalReasons;
  return reasons;
}

void RefusalReasons::TakeGrpcLog() {
  gpr_set_log_function(&OnGrpcLog);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
}

void RefusalReasons::OnHandshake(std::string reason, MonoTime at) {
  MutexLock lock(mu_);
  handshakes_.push_back({.at = at, .text = std::move(reason)});
  if (handshakes_.size() > kReasonsMax) handshakes_.pop_front();
}

void RefusalReasons::OnCall(std::string reason, MonoTime at) {
  MutexLock lock(mu_);
  calls_.push_back({.at = at, .text = std::move(reason)});
  if (calls_.size() > kReasonsMax) calls_.pop_front();
}

std::string RefusalReasons::TakeFor(MonoTime ended) {
  MutexLock lock(mu_);
  while (!handshakes_.empty() && handshakes_.front().at < ended - kAtOnce) handshakes_.pop_front();
  if (!handshakes_.empty() && handshakes_.front().at <= ended) {
    std::string reason = "TLS handshake: " + handshakes_.front().text;
    handshakes_.pop_front();
    return reason;
  }
  const auto last = std::find_if(calls_.rbegin(), calls_.rend(),
                                 [ended](const Reason& reason) { return reason.at <= ended; });
  if (last == calls_.rend() || last->at < ended - kHangUp) return "";
  const std::string text = last->text;
  std::erase_if(calls_, [&text](const Reason& reason) { return reason.text == text; });
  return text;
}

std::string HandshakeReason(std::string_view log_line) {
  if (!log_line.starts_with(kHandshakeFailed)) return "";
  // "SSL_ERROR_SSL: error:0A0000C7:SSL routines::peer did not return a certificate."
  log_line.remove_prefix(kHandshakeFailed.size());
  if (log_line.ends_with('.')) log_line.remove_suffix(1);
  const size_t routines = log_line.rfind("::");
  return std::string(routines == std::string_view::npos ? log_line : log_line.substr(routines + 2));
}

}  // namespace specctl
