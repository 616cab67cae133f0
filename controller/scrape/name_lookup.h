// Addresses of a host's name, by a deadline that holds.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <boost/asio/ip/address.hpp>

#include "common/base/clock.h"

namespace specctl::controller {

// The system's resolver can't be cancelled: with a name server that does not answer, getaddrinfo()
// blocks for half a minute.  So each name is looked up on a thread that nobody waits for longer
// than they want to; callers of a name that is being looked up share that thread, so there is one a
// name at most.  Thread-safe; looks up may outlive the object.
class NameLookup {
 public:
  using Addresses = absl::StatusOr<std::vector<boost::asio::ip::address>>;
  // Blocks; called on a thread of its own.
  using Resolve = std::function<Addresses(const std::string& host)>;

  explicit NameLookup(Resolve resolve);
  // The system's resolver; one for the whole process.
  static NameLookup& System();

  // Addresses in the resolver's order, at least one; an address in text is its own.
  // UNAVAILABLE        the resolver's reason
  // DEADLINE_EXCEEDED  it has not answered
  Addresses Find(const std::string& host, MonoTime deadline);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace specctl::controller
