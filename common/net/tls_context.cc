#include "common/net/tls_context.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include <absl/strings/str_format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace specctl {
namespace {

constexpr std::streamsize kCaFileBytesMax = 4 << 20;  // a whole system's authorities are 0.2 MB

// Adds the certificates and revocation lists of `pem`; whether there is one, and all are taken.
bool Trust(const std::string& pem, X509_STORE& store) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const auto free_all = [](STACK_OF(X509_INFO) * all) {
    sk_X509_INFO_pop_free(all, X509_INFO_free);
  };
  const std::unique_ptr<STACK_OF(X509_INFO), decltype(free_all)> entries(
      PEM_X509_INFO_read_bio(text.get(), nullptr, nullptr, nullptr), free_all);
  if (!entries) return false;
  bool any = false;
  for (int i = 0; i < sk_X509_INFO_num(entries.get()); ++i) {
    const X509_INFO* entry = sk_X509_INFO_value(entries.get(), i);
    if (entry->x509 != nullptr && X509_STORE_add_cert(&store, entry->x509) != 1) return false;
    if (entry->crl != nullptr && X509_STORE_add_crl(&store, entry->crl) != 1) return false;
    any = any || entry->x509 != nullptr || entry->crl != nullptr;
  }
  return any;
}

}  // namespace

absl::StatusOr<std::string> ReadCaFile(const std::string& path) {
  const auto bad = [&](std::string_view what) {
    return absl::InvalidArgumentError(absl::StrFormat("--ca-file: %s: %s", path, what));
  };
  std::ifstream file(path, std::ios::binary);
  if (!file.good()) return bad(std::strerror(errno));
  std::string pem(kCaFileBytesMax + 1, '\0');
  file.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  if (file.bad()) return bad(std::strerror(errno));
  if (file.gcount() > kCaFileBytesMax) {
    return bad(absl::StrFormat("a certificate file may have at most %d bytes", kCaFileBytesMax));
  }
  pem.resize(static_cast<size_t>(file.gcount()));
  return pem;
}

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
  if (spec.ca_file.empty() && spec.ca_pem.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
    return context;
  }
  std::string pem = spec.ca_pem;
  if (pem.empty()) {
    auto read = ReadCaFile(spec.ca_file);
    if (!read.ok()) return read.status();
    pem = *std::move(read);
  }
  if (!Trust(pem, *SSL_CTX_get_cert_store(context.get()))) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--ca-file: need a PEM file of certificates, got %s: %s", spec.ca_file,
                        ERR_peek_error() == 0 ? "no certificate or crl found" : TakeTlsErrors()));
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
