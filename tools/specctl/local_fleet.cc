#include "tools/specctl/local_fleet.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "common/base/boot_id.h"
#include "common/base/file_limit.h"

namespace specctl::cli {

controller::FleetFacts LocalFleet() {
  controller::FleetHost host;
  host.boot_id = ReadBootId();
  // 0 means that it is not known.
  host.cores = std::max(1u, std::thread::hardware_concurrency());
  host.files_max = RaiseFileLimit();
  controller::FleetFacts fleet;
  fleet.controller_files_max = host.files_max;
  fleet.hosts = {std::move(host)};
  return fleet;
}

controller::FleetFacts FactsOf(controller::Fleet& fleet) {
  return controller::WithMembers(LocalFleet(), fleet.members());
}

}  // namespace specctl::cli
