// How the certificates of https servers are checked.
#pragma once

#include <string>

namespace specctl {

struct TlsSpec {
  std::string ca_file;    // PEM; empty: the system's.  A path on the machine of whoever asked
  bool insecure = false;  // no certificate check
  // What ca_file holds, for processes on machines without it; in no artifact.  Empty: it is read
  // where a context is made.
  std::string ca_pem;
};

}  // namespace specctl
