#include "common/base/own_program.h"

#include <cstdlib>

namespace specctl {

std::string OwnProgram() {
  const char* launcher = std::getenv("SPECCTL_LAUNCHER");
  return launcher == nullptr || *launcher == '\0' ? "/proc/self/exe" : launcher;
}

}  // namespace specctl
