#include "common/security/tls_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <absl/strings/str_format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "common/base/printable.h"
#include "common/base/unique_fd.h"
#include "common/net/tls_context.h"
#include "common/security/openssl_objects.h"

namespace specctl {
namespace {

constexpr size_t kSmallFileBytesMax = 1 << 20;
constexpr int kCertificatesMax = 100;  // of one file

using StorePtr = std::unique_ptr<X509_STORE, OpenSslFree<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, OpenSslFree<X509_STORE_CTX_free>>;

struct FreeCertificates {
  void operator()(STACK_OF(X509) * all) const { sk_X509_pop_free(all, X509_free); }
};
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), FreeCertificates>;

absl::Status BadFile(const std::string& path, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrFormat("%s: %s", path, what));
}

// All certificates of `pem`, in its order.
CertificatesPtr CertificatesOf(std::string_view pem) {
  CertificatesPtr all(sk_X509_new_null());
  const BioPtr in = PemReader(pem);
  while (all && in && sk_X509_num(all.get()) < kCertificatesMax) {
    X509Ptr one(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (!one || sk_X509_push(all.get(), one.get()) <= 0) break;
    one.release();
  }
  // The end of the text is an error to OpenSSL.
  ERR_clear_error();
  return all;
}

// Why a peer that trusts `ca` would not take the certificate; empty: it would.
std::string WhyNotTrusted(const TlsFiles& files, PeerRole role, UnixTime now) {
  const CertificatesPtr authorities = CertificatesOf(files.ca_pem);
  const CertificatesPtr chain = CertificatesOf(files.certificate_pem);
  const StorePtr store(X509_STORE_new());
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (!authorities || !chain || !store || !context) return "out of memory";
  for (int i = 0; i < sk_X509_num(authorities.get()); ++i) {
    X509_STORE_add_cert(store.get(), sk_X509_value(authorities.get(), i));
  }
  X509* const leaf = sk_X509_value(chain.get(), 0);
  if (X509_STORE_CTX_init(context.get(), store.get(), leaf, chain.get()) != 1) {
    return TakeTlsErrors();
  }
  X509_VERIFY_PARAM* const checks = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(
      checks, std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(now)));
  X509_VERIFY_PARAM_set_purpose(
      checks, role == PeerRole::kController ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT);
  const bool trusted = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return trusted ? "" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

absl::Status CheckTimes(const TlsPaths& paths, const CertificateFacts& facts, UnixTime now) {
  if (facts.not_after <= now) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s: it %s; `specctl certs renew` makes another one", paths.certificate,
                        ExpiryText(facts.not_after, now)));
  }
  if (facts.not_before > now) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: it is not valid before %s, and here it is %s; is this host's clock right?",
        paths.certificate, DateText(facts.not_before), DateText(now)));
  }
  return absl::OkStatus();
}

absl::Status CheckRole(const TlsPaths& paths, const CertificateFacts& facts, PeerRole role) {
  const std::optional<PeerRole> got = RoleOfCommonName(facts.common_name);
  if (got == role) return absl::OkStatus();
  return BadFile(
      paths.certificate,
      absl::StrFormat(
          "need the certificate of role %s, got %s; give the folder %s", NameOf(role),
          got ? absl::StrFormat("that of role %s", NameOf(*got))
              : absl::StrFormat("one of '%s', which is no role", Printable(facts.common_name)),
          NameOf(role)));
}

absl::Status CheckKey(const TlsPaths& paths, const TlsFiles& files) {
  ERR_clear_error();
  const KeyPtr key = PrivateKeyOf(files.key_pem);
  if (!key) {
    return BadFile(
        paths.key,
        absl::StrFormat("need an unencrypted private key as PEM, got none: %s", TakeTlsErrors()));
  }
  const bool matches =
      X509_check_private_key(CertificateOf(files.certificate_pem).get(), key.get()) == 1;
  ERR_clear_error();
  if (matches) return absl::OkStatus();
  return BadFile(paths.key, absl::StrFormat("it is not the key of %s: copy both from one folder",
                                            paths.certificate));
}

std::vector<std::string> WarningsOf(const TlsPaths& paths, const CertificateFacts& facts,
                                    UnixTime now) {
  std::vector<std::string> warnings;
  std::string mode = KeyModeWarning(paths.key);
  if (!mode.empty()) warnings.push_back(std::move(mode));
  if (facts.not_after - now < (facts.not_after - facts.not_before) / 10) {
    warnings.push_back(
        absl::StrFormat("%s: it %s; `specctl certs renew` makes another one, which is taken "
                        "without a restart",
                        paths.certificate, ExpiryText(facts.not_after, now)));
  }
  return warnings;
}

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(const std::string& path) {
  // Not blocking: a pipe without a writer would be waited for.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return absl::NotFoundError(absl::StrFormat("%s: there is no such file", path));
    }
    return BadFile(path, std::strerror(errno));
  }
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return BadFile(path, std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return BadFile(path, "it is no regular file");
  std::string bytes(kSmallFileBytesMax + 1, '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return BadFile(path, std::strerror(errno));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > kSmallFileBytesMax) {
    return BadFile(path, absl::StrFormat("need at most %d bytes, got more", kSmallFileBytesMax));
  }
  bytes.resize(size);
  return bytes;
}

std::string KeyModeWarning(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || (about.st_mode & S_IRWXO) == 0) return {};
  return absl::StrFormat("%s: everybody on this host can get at the key (mode %04o): chmod 600 %s",
                         path, about.st_mode & 07777, path);
}

absl::StatusOr<TlsFiles> ReadTlsFiles(const std::string& folder, PeerRole role, UnixTime now) {
  const TlsPaths paths(folder);
  TlsFiles files;
  for (const auto& [path, text] :
       {std::pair(&paths.ca, &files.ca_pem), std::pair(&paths.certificate, &files.certificate_pem),
        std::pair(&paths.key, &files.key_pem)}) {
    auto read = ReadSmallFile(*path);
    if (absl::IsNotFound(read.status())) {
      return absl::NotFoundError(absl::StrFormat(
          "%s; need a folder with ca.crt, tls.crt and tls.key, as `specctl certs init` makes them",
          std::string(read.status().message())));
    }
    if (!read.ok()) return read.status();
    *text = *std::move(read);
  }
  if (const auto ca = ReadCertificateFacts(files.ca_pem); !ca.ok()) {
    return BadFile(paths.ca, std::string(ca.status().message()));
  }
  auto facts = ReadCertificateFacts(files.certificate_pem);
  if (!facts.ok()) return BadFile(paths.certificate, std::string(facts.status().message()));
  files.facts = *std::move(facts);
  if (const auto timely = CheckTimes(paths, files.facts, now); !timely.ok()) return timely;
  if (const auto named = CheckRole(paths, files.facts, role); !named.ok()) return named;
  if (const auto keyed = CheckKey(paths, files); !keyed.ok()) return keyed;
  if (const std::string why = WhyNotTrusted(files, role, now); !why.empty()) {
    return BadFile(paths.certificate,
                   absl::StrFormat("no peer with this ca.crt would take it (%s): copy all three "
                                   "files from one folder",
                                   why));
  }
  files.warnings = WarningsOf(paths, files.facts, now);
  return files;
}

}  // namespace specctl
