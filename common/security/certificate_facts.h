// What people and checks want to know of a certificate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/clock.h"

namespace specctl {

struct CertificateFacts {
  std::string common_name;         // of the subject; empty: it has none
  std::vector<std::string> names;  // DNS names and IP addresses it is valid for, as it has them
  UnixTime not_before, not_after;  // whole seconds
};

// Of the first certificate in `pem`.
// INVALID_ARGUMENT  there is none, or its times can't be read
absl::StatusOr<CertificateFacts> ReadCertificateFacts(std::string_view pem);

// "expires in 12 days", "expires in 5 hours", "expired 3 days ago": in days from two days on, in
// hours from two hours on, else in minutes; rounded to the nearest.
std::string ExpiryText(UnixTime not_after, UnixTime now);

// "2027-11-30", UTC.
std::string DateText(UnixTime time);

}  // namespace specctl
