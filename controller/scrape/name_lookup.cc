#include "controller/scrape/name_lookup.h"

#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <netdb.h>

#include <absl/strings/str_format.h>
#include <boost/asio/ip/tcp.hpp>

namespace specctl::controller {
namespace {

namespace ip = boost::asio::ip;

ip::address AddressOf(const sockaddr& from, socklen_t size) {
  ip::tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), &from, size);
  endpoint.resize(size);
  return endpoint.address();
}

NameLookup::Addresses ResolveBySystem(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrFormat("look up the host: %s",
                        error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error)));
  }
  std::vector<ip::address> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    const bool known = at->ai_family == AF_INET || at->ai_family == AF_INET6;
    if (known) addresses.push_back(AddressOf(*at->ai_addr, at->ai_addrlen));
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) return absl::UnavailableError("look up the host: it has no address");
  return addresses;
}

}  // namespace

struct NameLookup::State {
  explicit State(Resolve by) : resolve(std::move(by)) {}
  struct Pending {
    bool done = false;
    Addresses addresses = absl::UnknownError("pending");
  };

  const Resolve resolve;
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::shared_ptr<Pending>> pending;  // under mutex, as what they point to
};

NameLookup::NameLookup(Resolve resolve) : state_(std::make_shared<State>(std::move(resolve))) {}

NameLookup& NameLookup::System() {
  // Never destroyed: its threads may be in the resolver when the process ends.
  static NameLookup& lookup = *new NameLookup(ResolveBySystem);
  return lookup;
}

NameLookup::Addresses NameLookup::Find(const std::string& host, MonoTime deadline) {
  boost::system::error_code no_address;
  const ip::address address = ip::make_address(host, no_address);
  if (!no_address) return std::vector<ip::address>{address};

  std::unique_lock lock(state_->mutex);
  auto [at, is_new] = state_->pending.try_emplace(host);
  if (is_new) at->second = std::make_shared<State::Pending>();
  const std::shared_ptr<State::Pending> pending = at->second;
  if (is_new) {
    // Detached, since it can't be stopped: what it needs, it owns.
    std::thread([state = state_, pending, host] {
      Addresses addresses = state->resolve(host);
      const std::lock_guard done(state->mutex);
      pending->addresses = std::move(addresses);
      pending->done = true;
      // No cache: the next question is asked anew.
      state->pending.erase(host);
      state->changed.notify_all();
    }).detach();
  }
  if (!state_->changed.wait_until(lock, deadline, [&] { return pending->done; })) {
    return absl::DeadlineExceededError("look up the host: no name server answered");
  }
  return pending->addresses;
}

}  // namespace specctl::controller
