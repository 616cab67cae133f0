#include "controller/measure/address_notes.h"

#include <algorithm>
#include <set>

#include <absl/strings/str_format.h>

namespace specctl::controller {
namespace {

size_t CountServers(const std::vector<boost::asio::ip::address>& addresses) {
  std::set<boost::asio::ip::address> v4, v6;
  for (const auto& address : addresses) (address.is_v4() ? v4 : v6).insert(address);
  return std::max(v4.size(), v6.size());
}

}  // namespace

std::vector<std::string> AddressNotes(std::span<const MetricsTarget> metrics, Network& network) {
  std::vector<std::string> notes;
  for (const MetricsTarget& target : metrics) {
    if (target.all_addresses) continue;
    const auto addresses = network.AddressesOf(target.url.host);
    const size_t servers = addresses.ok() ? CountServers(*addresses) : 1;
    if (servers < 2) continue;
    const std::string url = target.url.ToString();
    notes.push_back(absl::StrFormat(
        "%s has %d addresses, and metrics are read from one of them, as if it were alone: "
        "--resolve all reads and loads each, --server-metrics dns+%s reads each",
        target.url.host, servers, url));
  }
  return notes;
}

}  // namespace specctl::controller
