#include "common/security/authority.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "common/base/printable.h"
#include "common/net/tls_context.h"
#include "common/security/certificate_facts.h"
#include "common/security/openssl_objects.h"

namespace specctl {
namespace {

using BigNumberPtr = std::unique_ptr<BIGNUM, OpenSslFree<BN_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpenSslFree<X509_EXTENSION_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslFree<GENERAL_NAMES_free>>;
using GeneralNamePtr = std::unique_ptr<GENERAL_NAME, OpenSslFree<GENERAL_NAME_free>>;
using Asn1StringPtr = std::unique_ptr<ASN1_STRING, OpenSslFree<ASN1_STRING_free>>;

constexpr std::chrono::hours kLifetimeMax{24 * 36525};
constexpr size_t kNamesMax = 100;
constexpr size_t kDnsNameBytesMax = 253, kDnsLabelBytesMax = 63;
constexpr int kSerialBits = 127;  // positive in 16 bytes

absl::Status OpenSslFailed(std::string_view what) {
  return absl::InternalError(absl::StrFormat("%s: %s", what, TakeTlsErrors()));
}

absl::Status CheckLifetime(std::chrono::seconds lifetime) {
  if (lifetime.count() > 0 && lifetime <= kLifetimeMax) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "lifetime: need more than 0 and at most 36525 days, got %d s", lifetime.count()));
}

struct CertificateTimes {
  UnixTime not_before, not_after;
};

bool SetTimes(X509& certificate, const CertificateTimes& times) {
  const auto seconds = [](UnixTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  };
  return ASN1_TIME_set(X509_getm_notBefore(&certificate), seconds(times.not_before)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(&certificate), seconds(times.not_after)) != nullptr;
}

// The serial of `certificate` becomes a random one.
bool DrawSerial(X509& certificate) {
  const BigNumberPtr number(BN_new());
  return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

bool SetCommonName(X509& certificate, std::string_view name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(&certificate), "CN", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0) == 1;
}

bool AddExtension(X509& certificate, X509& issuer, int nid, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

// A label of a DNS name; underscores are no host names, but are met.
bool IsDnsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kDnsLabelBytesMax && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
         });
}

bool IsDnsName(std::string_view name) {
  if (name.size() > kDnsNameBytesMax) return false;
  if (name.starts_with("*.")) name.remove_prefix(2);
  while (true) {
    const size_t dot = name.find('.');
    if (!IsDnsLabel(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

// Text made by hand and not by X509V3_EXT_conf_nid(), whose language a name could speak.
GeneralNamePtr MakeGeneralName(const std::string& name) {
  int type = GEN_IPADD;
  Asn1StringPtr value(a2i_IPADDRESS(name.c_str()));
  if (!value) {
    if (!IsDnsName(name)) return nullptr;
    type = GEN_DNS;
    value.reset(ASN1_IA5STRING_new());
    if (!value || ASN1_STRING_set(value.get(), name.data(), static_cast<int>(name.size())) != 1) {
      return nullptr;
    }
  }
  GeneralNamePtr made(GENERAL_NAME_new());
  if (made) GENERAL_NAME_set0_value(made.get(), type, value.release());
  return made;
}

absl::Status AddNames(X509& certificate, const std::vector<std::string>& given) {
  std::vector<std::string> names;
  for (const auto& name : given) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  for (const char* local : {"localhost", "127.0.0.1", "::1"}) {
    if (std::find(names.begin(), names.end(), local) == names.end()) names.push_back(local);
  }
  const GeneralNamesPtr all(GENERAL_NAMES_new());
  for (const auto& name : names) {
    GeneralNamePtr made = MakeGeneralName(name);
    if (!made) {
      return absl::InvalidArgumentError(
          absl::StrFormat("--name: need a DNS name or an IP address, got '%s'", Printable(name)));
    }
    if (sk_GENERAL_NAME_push(all.get(), made.get()) <= 0) return OpenSslFailed("names");
    made.release();
  }
  if (X509_add1_ext_i2d(&certificate, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) !=
      1) {
    return OpenSslFailed("names");
  }
  // Names are tried as addresses first: that they were none is no error.
  ERR_clear_error();
  return absl::OkStatus();
}

// All that an authority and a role's certificate have in common.
absl::StatusOr<X509Ptr> StartCertificate(EVP_PKEY& key, const CertificateTimes& times) {
  X509Ptr certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      !DrawSerial(*certificate) || !SetTimes(*certificate, times) ||
      X509_set_pubkey(certificate.get(), &key) != 1) {
    return OpenSslFailed("certificate");
  }
  return certificate;
}

KeyPtr DrawKey() { return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); }

absl::StatusOr<CertificateAndKey> ToPem(X509& certificate, EVP_PKEY& key) {
  const BioPtr certificate_out(BIO_new(BIO_s_mem())), key_out(BIO_new(BIO_s_mem()));
  if (!certificate_out || !key_out ||
      PEM_write_bio_X509(certificate_out.get(), &certificate) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return OpenSslFailed("PEM");
  }
  return CertificateAndKey{.certificate_pem = TextOf(*certificate_out),
                           .key_pem = TextOf(*key_out)};
}

// Digits that tell one authority's name from another's.
std::string SerialDigits(X509& certificate) {
  const ASN1_INTEGER* const serial = X509_get0_serialNumber(&certificate);
  std::string digits;
  for (int i = 0; i < std::min(4, ASN1_STRING_length(serial)); ++i) {
    digits += absl::StrFormat("%02x", ASN1_STRING_get0_data(serial)[i]);
  }
  return digits;
}

struct Issuer {
  X509Ptr certificate;
  KeyPtr key;
  UnixTime not_after;
};

absl::StatusOr<Issuer> ReadIssuer(const CertificateAndKey& authority, UnixTime now) {
  const auto facts = ReadCertificateFacts(authority.certificate_pem);
  if (!facts.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("authority: %s", std::string(facts.status().message())));
  }
  if (facts->not_after <= now) {
    return absl::FailedPreconditionError(
        absl::StrFormat("authority: it %s", ExpiryText(facts->not_after, now)));
  }
  ERR_clear_error();
  Issuer issuer{.certificate = CertificateOf(authority.certificate_pem),
                .key = PrivateKeyOf(authority.key_pem),
                .not_after = facts->not_after};
  if (!issuer.key) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "authority: need an unencrypted private key as PEM, got none: %s", TakeTlsErrors()));
  }
  if (X509_check_ca(issuer.certificate.get()) != 1) {
    return absl::InvalidArgumentError("authority: its certificate is not that of an authority");
  }
  if (X509_check_private_key(issuer.certificate.get(), issuer.key.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("authority: the key is not that of its certificate");
  }
  return issuer;
}

absl::Status CheckRequest(const CertificateRequest& request) {
  if (request.role != PeerRole::kController && !request.names.empty()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--name: only a controller is dialled by name, got '%s' for role %s",
                        Printable(request.names.front()), NameOf(request.role)));
  }
  if (request.names.size() > kNamesMax) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--name: need at most %d, got %d", kNamesMax, request.names.size()));
  }
  return CheckLifetime(request.validity.lifetime);
}

}  // namespace

absl::StatusOr<CertificateAndKey> MakeAuthority(const Validity& validity) {
  if (const auto checked = CheckLifetime(validity.lifetime); !checked.ok()) return checked;
  ERR_clear_error();
  const KeyPtr key = DrawKey();
  if (!key) return OpenSslFailed("key of an authority");
  const auto certificate = StartCertificate(*key, {.not_before = validity.now - kBackdated,
                                                   .not_after = validity.now + validity.lifetime});
  if (!certificate.ok()) return certificate.status();
  X509& made = **certificate;
  if (!SetCommonName(made, "specctl authority " + SerialDigits(made)) ||
      X509_set_issuer_name(&made, X509_get_subject_name(&made)) != 1 ||
      !AddExtension(made, made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !AddExtension(made, made, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !AddExtension(made, made, NID_subject_key_identifier, "hash") ||
      X509_sign(&made, key.get(), EVP_sha256()) == 0) {
    return OpenSslFailed("certificate of an authority");
  }
  return ToPem(made, *key);
}

absl::StatusOr<CertificateAndKey> IssueCertificate(const CertificateAndKey& authority,
                                                   const CertificateRequest& request) {
  if (const auto checked = CheckRequest(request); !checked.ok()) return checked;
  const Validity& validity = request.validity;
  const auto issuer = ReadIssuer(authority, validity.now);
  if (!issuer.ok()) return issuer.status();
  const KeyPtr key = DrawKey();
  if (!key) return OpenSslFailed("key of a certificate");
  const UnixTime not_after = validity.now + validity.lifetime;
  const auto certificate =
      StartCertificate(*key, {.not_before = validity.now - kBackdated,
                              .not_after = std::min(not_after, issuer->not_after)});
  if (!certificate.ok()) return certificate.status();
  X509& made = **certificate;
  X509& by = *issuer->certificate;
  const bool serves = request.role == PeerRole::kController;
  if (!SetCommonName(made, CommonNameOf(request.role)) ||
      X509_set_issuer_name(&made, X509_get_subject_name(&by)) != 1 ||
      !AddExtension(made, by, NID_basic_constraints, "critical,CA:FALSE") ||
      !AddExtension(made, by, NID_key_usage, "critical,digitalSignature") ||
      !AddExtension(made, by, NID_ext_key_usage, serves ? "serverAuth" : "clientAuth") ||
      !AddExtension(made, by, NID_subject_key_identifier, "hash") ||
      !AddExtension(made, by, NID_authority_key_identifier, "keyid:always")) {
    return OpenSslFailed("certificate");
  }
  if (serves) {
    if (const auto named = AddNames(made, request.names); !named.ok()) return named;
  }
  if (X509_sign(&made, issuer->key.get(), EVP_sha256()) == 0) return OpenSslFailed("signature");
  return ToPem(made, *key);
}

}  // namespace specctl
