#include "common/base/boot_id.h"

#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace specctl {

std::string ReadBootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  // Empty where /proc has none.
  std::getline(file, id);
  if (id.empty()) return id;
  // A process may have another monotonic clock on the same boot (time_namespaces(7), Linux 5.6).
  // The first namespace's number is fixed: PROC_TIME_INIT_INO of include/linux/proc_ns.h.
  constexpr std::string_view kFirstTimeNamespace = "time:[4026531834]";
  std::error_code error;
  const std::string clock = std::filesystem::read_symlink("/proc/self/ns/time", error).string();
  return error || clock == kFirstTimeNamespace ? id : id + " " + clock;
}

}  // namespace specctl
