#include "common/base/secret.h"

#include <array>

#include <absl/strings/str_format.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

namespace specctl {
namespace {

constexpr size_t kSecretBytes = 32;

}  // namespace

absl::StatusOr<std::string> MakeSecret() {
  std::array<unsigned char, kSecretBytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return absl::InternalError(
        absl::StrFormat("OpenSSL has no random bytes (error %x)", ERR_get_error()));
  }
  std::string secret;
  for (const unsigned char byte : bytes) absl::StrAppendFormat(&secret, "%02x", byte);
  return secret;
}

bool IsSameSecret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace specctl
