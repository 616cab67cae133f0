#include "tools/specctl/local_fleet.h"

#include <sys/resource.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace specctl::cli {

uint64_t RaiseFileLimit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  const rlimit raised = {.rlim_cur = files.rlim_max, .rlim_max = files.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  return files.rlim_cur;
}

controller::FleetFacts LocalFleet() {
  controller::FleetHost host;
  host.cores = std::max(1u, std::thread::hardware_concurrency());
  host.files_max = RaiseFileLimit();
  controller::FleetFacts fleet;
  fleet.controller_files_max = host.files_max;
  fleet.hosts = {std::move(host)};
  return fleet;
}

}  // namespace specctl::cli
