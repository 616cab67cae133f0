#include "controller/scrape/replica_set.h"

#include <algorithm>

namespace specctl::controller {

std::vector<ReplicaSet::Replica> ReplicaSet::TakeAddresses(
    std::span<const boost::asio::ip::address> addresses) {
  for (Alive& alive : alive_) alive.listed = false;
  left_out_ = 0;
  std::vector<Replica> fresh;
  for (const auto& address : addresses) {
    const auto known = std::find_if(alive_.begin(), alive_.end(), [&](const Alive& alive) {
      return alive.replica.address == address;
    });
    if (known != alive_.end()) {
      known->listed = true;
    } else if (alive_.size() < kAliveMax) {
      fresh.push_back({.number = seen_++, .address = address});
      alive_.push_back({.replica = fresh.back()});
    } else {
      ++left_out_;
    }
  }
  return fresh;
}

void ReplicaSet::TakeUp(const Replica& replica) {
  seen_ = std::max(seen_, replica.number + 1);
  alive_.push_back({.replica = replica});
}

bool ReplicaSet::TakeFailure(uint32_t number) {
  const auto is_gone = [&](const Alive& alive) {
    return alive.replica.number == number && !alive.listed;
  };
  return std::erase_if(alive_, is_gone) > 0;
}

}  // namespace specctl::controller
