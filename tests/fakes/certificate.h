// Certificates made on the spot, for tests of TLS.
#pragma once

#include <string>

namespace specctl::fakes {

struct Certificate {
  std::string certificate_pem, key_pem;
};

// A self-signed certificate for `subject_alt_name`, e.g. "DNS:localhost" or "IP:127.0.0.1", valid
// for a day; it is its own authority.
Certificate MakeCertificate(const std::string& subject_alt_name);

}  // namespace specctl::fakes
