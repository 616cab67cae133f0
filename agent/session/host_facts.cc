#include "agent/session/host_facts.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include <sys/utsname.h>
#include <unistd.h>

#include "common/base/boot_id.h"

namespace specctl::agent {
namespace {

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

uint64_t MemoryBytes() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages < 0 || page_bytes < 0) return 0;
  return static_cast<uint64_t>(pages) * static_cast<uint64_t>(page_bytes);
}

// As the chart sets them (the downward API); empty elsewhere.
std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

HostFacts ReadHostFacts(uint64_t files_max) {
  HostFacts facts;
  utsname names{};
  if (::uname(&names) == 0) {
    facts.hostname = names.nodename;
    facts.kernel = std::string(names.sysname) + " " + names.release;
  }
  facts.boot_id = ReadBootId();
  facts.cpu_model = CpuModel();
  facts.cores = std::thread::hardware_concurrency();
  facts.memory_bytes = MemoryBytes();
  facts.pid = static_cast<uint32_t>(::getpid());
  facts.files_max = files_max;
  facts.pod = Environment("SPECCTL_POD_NAME");
  facts.node = Environment("SPECCTL_NODE_NAME");
  return facts;
}

}  // namespace specctl::agent
