#include "controller/scrape/connect_any.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "common/base/status.h"
#include "common/net/attempt_pace.h"

namespace specctl::controller {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::vector<tcp::endpoint> InOrder(const std::vector<tcp::endpoint>& endpoints) {
  std::vector<char> is_v6;
  for (const tcp::endpoint& endpoint : endpoints) is_v6.push_back(endpoint.address().is_v6());
  std::vector<tcp::endpoint> ordered;
  for (const size_t i : InterleaveFamilies(is_v6)) ordered.push_back(endpoints[i]);
  return ordered;
}

// Shared by the attempts' handlers, which may run after the race is over.
struct Race {
  Race(Executor executor, std::vector<tcp::endpoint> to)
      : endpoints(std::move(to)), pace(endpoints.size()), changed(executor) {
    for (size_t i = 0; i < endpoints.size(); ++i) sockets.emplace_back(executor);
  }

  const std::vector<tcp::endpoint> endpoints;
  std::vector<Socket> sockets;
  AttemptPace pace;
  Timer changed;
  std::optional<size_t> winner;
  absl::Status failure;
};

void BeginAttempt(const std::shared_ptr<Race>& race, MonoTime now) {
  const size_t attempt = race->pace.BeginAttempt(now);
  auto on_done = [race, attempt](const boost::system::error_code& error) {
    if (error) {
      race->failure = ToStatus(error, "connect");
      race->pace.OnFailure();
      // A second one that answers is closed with the others.
    } else if (!race->winner) {
      race->winner = attempt;
    }
    race->changed.cancel();
  };
  race->sockets[attempt].async_connect(race->endpoints[attempt], std::move(on_done));
}

}  // namespace

Task<absl::StatusOr<Socket>> ConnectAny(std::vector<tcp::endpoint> endpoints, MonoTime deadline) {
  const Executor executor = co_await asio::this_coro::executor;
  const auto race = std::make_shared<Race>(executor, InOrder(endpoints));
  while (!race->winner && !race->pace.all_failed()) {
    const MonoTime now = MonoNow();
    if (now >= deadline) break;
    if (race->pace.next_due() <= now) BeginAttempt(race, now);
    race->changed.expires_at(std::min(race->pace.next_due(), deadline));
    co_await race->changed.async_wait(kTuple);
  }
  std::optional<Socket> won;
  if (race->winner) won = std::move(race->sockets[*race->winner]);
  for (Socket& socket : race->sockets) {
    boost::system::error_code ignored;  // of a socket that is given up
    socket.close(ignored);
  }
  if (won) co_return *std::move(won);
  if (race->pace.all_failed()) co_return race->failure;
  co_return absl::DeadlineExceededError("no connection");
}

}  // namespace specctl::controller
