#include "common/base/boot_id.h"

#include <fstream>

namespace specctl {

std::string ReadBootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  // Empty where /proc has none.
  std::getline(file, id);
  return id;
}

}  // namespace specctl
