#include "common/net/tls_context.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <absl/strings/str_format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace specctl {

absl::StatusOr<std::shared_ptr<SSL_CTX>> MakeClientTlsContext(const TlsSpec& spec) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) {
    return absl::InternalError(absl::StrFormat("TLS context: %s", TakeTlsErrors()));
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (spec.insecure) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    return context;
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (spec.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
    return context;
  }
  if (std::ifstream file(spec.ca_file); !file.good()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--ca-file: %s: %s", spec.ca_file, std::strerror(errno)));
  }
  if (SSL_CTX_load_verify_file(context.get(), spec.ca_file.c_str()) != 1) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--ca-file: need a PEM file of certificates, got %s: %s", spec.ca_file, TakeTlsErrors()));
  }
  return context;
}

std::string TakeTlsErrors() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    std::array<char, 256> one;
    ERR_error_string_n(code, one.data(), one.size());
    // "error:0A000086:SSL routines::certificate verify failed": the reason alone is for people.
    const char* reason = ERR_reason_error_string(code);
    if (!text.empty()) text += "; ";
    text += reason ? reason : one.data();
  }
  return text.empty() ? "no reason given" : text;
}

}  // namespace specctl
