#include "agent/stream/target.h"

#include <utility>

#include <absl/strings/str_format.h>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/this_coro.hpp>

namespace specctl::agent {

namespace asio = boost::asio;

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
  for (const auto& result : results) {
    Connection::Peer peer;
    peer.endpoint = result.endpoint();
    peer.tls = target.tls.get();
    peer.host = target.url.host;
    target.peers.push_back(std::move(peer));
  }
  co_return target;
}

}  // namespace specctl::agent
