// `specctl agent --count N`: agent processes on this machine that join a controller by themselves.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace specctl::cli {

struct HerdMember {
  std::string name;                // for messages
  std::vector<std::string> words;  // behind `specctl` in its command line
};

// Starts a process for each, and keeps them running: one that was killed is started again after a
// second.  They end with this process, in whatever way it ends.  Returns when all have ended: 0
// after SIGTERM or SIGINT, which each is sent, or when all were dismissed; 1 where one says that it
// can't go on, which ends the others.
// `tell` is told what the user should know.
int RunAgentHerd(std::vector<HerdMember> members, std::function<void(const std::string&)> tell);

}  // namespace specctl::cli
