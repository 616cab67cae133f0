#include "common/base/cgroup.h"

#include <fstream>
#include <sstream>
#include <utility>

namespace specctl {
namespace {

bool Names(const std::string& controllers, const std::string& name) {
  std::istringstream list(controllers);
  for (std::string part; std::getline(list, part, ',');) {
    if (part == name) return true;
  }
  return false;
}

// Where the hierarchy that has the controller is mounted, and this process's path in it; empty:
// none. A line is "number:controllers:path"; version 2 has the number 0 and names no controllers
// (cgroups(7)).
std::pair<std::string, std::string> FindCgroup(const std::string& controller,
                                               const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::pair<std::string, std::string> unified;
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    // Version 1 mounts a hierarchy under the names of its controllers.
    if (Names(controllers, controller)) return {root + "/sys/fs/cgroup/" + controllers, path};
    if (controllers.empty()) unified = {root + "/sys/fs/cgroup", path};
  }
  return unified;
}

}  // namespace

std::vector<std::string> FindCgroupFiles(const CgroupFile& file) {
  auto [mount, path] = FindCgroup(file.controller, file.root);
  std::vector<std::string> files;
  if (mount.empty()) return files;
  if (path == "/") path.clear();
  for (;; path.resize(path.rfind('/'))) {
    std::string candidate = mount;
    candidate.append(path).append("/").append(file.name);
    if (std::ifstream(candidate).good()) files.push_back(std::move(candidate));
    if (path.rfind('/') == std::string::npos) break;
  }
  return files;
}

}  // namespace specctl
