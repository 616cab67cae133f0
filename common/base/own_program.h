// This program, as it starts further processes of itself.
#pragma once

#include <string>

namespace specctl {

// A path to be run: the launcher's, where one started this process with a loader of its own
// ($SPECCTL_LAUNCHER, cmake/tarball_launcher.sh), else /proc/self/exe.
std::string OwnProgram();

}  // namespace specctl
