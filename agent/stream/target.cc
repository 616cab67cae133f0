#include "agent/stream/target.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/this_coro.hpp>

#include "common/net/attempt_pace.h"

namespace specctl::agent {

namespace asio = boost::asio;

void SetAddresses(const std::vector<asio::ip::tcp::endpoint>& endpoints, Target& target) {
  std::vector<char> is_v6;
  for (const auto& endpoint : endpoints) is_v6.push_back(endpoint.address().is_v6());
  target.peers.clear();
  target.kept.reset();
  // Families take turns, so that a broken one costs single attempts (RFC 8305, section 4).
  for (const size_t i : InterleaveFamilies(is_v6)) {
    Connection::Peer peer;
    peer.endpoint = endpoints[i];
    peer.tls = target.tls.get();
    peer.host = target.url.host;
    target.peers.push_back(std::move(peer));
  }
}

void SpreadOverAddresses(size_t first, Target& target) {
  std::vector<Connection::Peer>& peers = target.peers;
  std::sort(peers.begin(), peers.end(),
            [](const auto& a, const auto& b) { return a.endpoint < b.endpoint; });
  const auto same = [](const auto& a, const auto& b) { return a.endpoint == b.endpoint; };
  peers.erase(std::unique(peers.begin(), peers.end(), same), peers.end());
  target.turns.emplace(peers.size(), first);
}

Task<absl::StatusOr<Target>> ResolveTarget(std::string url, std::shared_ptr<SSL_CTX> tls) {
  using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
  auto parsed = ParseTargetUrl(url);
  if (!parsed.ok()) co_return parsed.status();
  Target target;
  target.url = *std::move(parsed);
  target.text = target.url.ToString();
  if (target.url.https) target.tls = std::move(tls);
  Resolver resolver(co_await asio::this_coro::executor);
  const std::string service = std::to_string(target.url.port);
  const auto [error, results] = co_await resolver.async_resolve(target.url.host, service, kTuple);
  if (error) {
    co_return absl::UnavailableError(
        absl::StrFormat("%s: no address found for the host: %s", target.text, error.message()));
  }
  std::vector<asio::ip::tcp::endpoint> endpoints;
  for (const auto& result : results) endpoints.push_back(result.endpoint());
  SetAddresses(endpoints, target);
  co_return target;
}

}  // namespace specctl::agent
