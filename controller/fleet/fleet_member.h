// An agent that has joined a fleet.
#pragma once

#include <string>

#include "common/journal/event.h"

namespace specctl::controller {

struct FleetMember {
  std::string name;  // AgentHello::name
  HostFacts host;
  std::string specctl_version;
  bool connected = false;  // it has a session now
  bool in_run = false;
};

}  // namespace specctl::controller
