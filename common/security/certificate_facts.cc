#include "common/security/certificate_facts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

#include <absl/strings/str_format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "common/net/tls_context.h"
#include "common/security/openssl_objects.h"

namespace specctl {
namespace {

using NamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslFree<GENERAL_NAMES_free>>;

std::string_view BytesOf(const ASN1_STRING& text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&text)),
          static_cast<size_t>(ASN1_STRING_length(&text))};
}

std::optional<UnixTime> TimeOf(const ASN1_TIME* time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return std::nullopt;
  const std::chrono::seconds since_epoch(::timegm(&utc));
  // A certificate may well say that it never expires: the year 9999, more than nanoseconds hold.
  const auto latest = std::chrono::duration_cast<std::chrono::seconds>(Nanos::max());
  return UnixTime(std::min(std::max(since_epoch, -latest), latest));
}

std::string CommonNameIn(const X509& certificate) {
  const X509_NAME* const subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  const ASN1_STRING* const text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  return std::string(BytesOf(*text));
}

std::string AddressText(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && bytes.size() != 16) return {};
  const char* const done = ::inet_ntop(family, bytes.data(), text.data(), text.size());
  return done != nullptr ? done : std::string();
}

std::vector<std::string> NamesIn(const X509& certificate) {
  const NamesPtr all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    int type = 0;
    const void* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &type);
    if (type != GEN_DNS && type != GEN_IPADD) continue;
    const std::string_view bytes = BytesOf(*static_cast<const ASN1_STRING*>(value));
    names.push_back(type == GEN_DNS ? std::string(bytes) : AddressText(bytes));
  }
  return names;
}

std::string Amount(int64_t count, std::string_view unit) {
  return absl::StrFormat("%d %s%s", count, unit, count == 1 ? "" : "s");
}

}  // namespace

absl::StatusOr<CertificateFacts> ReadCertificateFacts(std::string_view pem) {
  ERR_clear_error();
  const X509Ptr certificate = CertificateOf(pem);
  if (!certificate) {
    return absl::InvalidArgumentError(
        absl::StrFormat("need a certificate as PEM, got none: %s", TakeTlsErrors()));
  }
  const std::optional<UnixTime> not_before = TimeOf(X509_get0_notBefore(certificate.get()));
  const std::optional<UnixTime> not_after = TimeOf(X509_get0_notAfter(certificate.get()));
  if (!not_before || !not_after) {
    return absl::InvalidArgumentError("the certificate's times of validity can't be read");
  }
  return CertificateFacts{.common_name = CommonNameIn(*certificate),
                          .names = NamesIn(*certificate),
                          .not_before = *not_before,
                          .not_after = *not_after};
}

std::string ExpiryText(UnixTime not_after, UnixTime now) {
  constexpr int64_t kHour = 60, kDay = 24 * kHour;  // in minutes
  const Nanos left = not_after - now;
  const auto minutes =
      std::chrono::round<std::chrono::minutes>(left < Nanos(0) ? -left : left).count();
  std::string amount = Amount(minutes, "minute");
  if (minutes >= 2 * kDay) {
    amount = Amount((minutes + kDay / 2) / kDay, "day");
  } else if (minutes >= 2 * kHour) {
    amount = Amount((minutes + kHour / 2) / kHour, "hour");
  }
  return left > Nanos(0) ? "expires in " + amount : "expired " + amount + " ago";
}

std::string DateText(UnixTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t at = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  ::gmtime_r(&at, &utc);
  return absl::StrFormat("%04d-%02d-%02d", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday);
}

}  // namespace specctl
