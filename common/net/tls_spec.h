// How the certificates of https servers are checked.
#pragma once

#include <string>

namespace specctl {

struct TlsSpec {
  std::string ca_file;    // PEM; empty: the system's
  bool insecure = false;  // no certificate check
};

}  // namespace specctl
