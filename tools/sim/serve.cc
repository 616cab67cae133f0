#include "tools/sim/serve.h"

#include <sys/resource.h>

#include <cstdio>
#include <fstream>

#include <absl/strings/str_format.h>

namespace specctl::sim {

absl::Status AnnounceUrls(const std::vector<std::string>& urls, const std::string& port_file) {
  for (const std::string& url : urls) std::printf("listening on %s\n", url.c_str());
  // Whoever started this in a pipe waits for the line.
  std::fflush(stdout);
  if (port_file.empty()) return absl::OkStatus();
  std::ofstream file(port_file, std::ios::trunc);
  for (const std::string& url : urls) file << url << '\n';
  file.flush();
  if (file) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrFormat("--port-file: can't write %s", port_file));
}

void RaiseOpenFilesLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  // A connection takes a descriptor, and the usual soft limit is 1,024.
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace specctl::sim
