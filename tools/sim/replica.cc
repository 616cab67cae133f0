#include "tools/sim/replica.h"

#include <absl/strings/str_format.h>

#include <utility>
#include <vector>

#include "tools/sim/connection.h"
#include "tools/sim/flavour_options.h"

namespace specctl::sim {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

constexpr auto kAcceptRetry = std::chrono::milliseconds(10);

}  // namespace

Replica::Replica(Executor executor, const SimOptions& options, SendLog* log)
    : executor_(executor),
      options_(options),
      log_(log),
      engine_(executor, options.batch),
      flavour_(
          MakeFlavour(options.flavour,
                      {.batch = options.batch, .model = engine_.model(), .started = UnixNow()})),
      faults_(options.faults, options.seed),
      acceptor_(executor),
      tasks_(executor) {}

Replica::~Replica() = default;

absl::Status Replica::Listen(uint16_t port) {
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(options_.host, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--host: need an address like 127.0.0.1, got '%s'", options_.host));
  }
  const Tcp::endpoint endpoint(address, port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  // Where all connections are to be refused the port is only held, and nothing listens on it.
  if (!error && !faults_.RefusesAll()) acceptor_.listen(4096, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrFormat("--port: can't listen on %s:%d: %s", options_.host, port, error.message()));
  }
  return absl::OkStatus();
}

uint16_t Replica::port() const { return acceptor_.local_endpoint().port(); }

std::string Replica::url() const {
  const bool v6 = acceptor_.local_endpoint().address().is_v6();
  return absl::StrFormat(v6 ? "http://[%s]:%d" : "http://%s:%d", options_.host, port());
}

void Replica::Start() {
  tasks_.Spawn(engine_.Run());
  if (!faults_.RefusesAll()) tasks_.Spawn(Accept());
}

void Replica::Stop() {
  boost::system::error_code ignored;  // it is closed in any case
  acceptor_.close(ignored);
  tasks_.Cancel();
}

uint64_t Replica::BeginInference() {
  // Counted from the first inference: whoever only asks for models or metrics starts no clock.
  if (end_after_ && totals_.inference_requests == 0) tasks_.Spawn(EndLater());
  return totals_.inference_requests++;
}

void Replica::EndAfter(Nanos delay, End end) { end_after_ = {delay, end}; }

Task<void> Replica::Accept() {
  Timer retry(executor_);
  while (acceptor_.is_open()) {
    ServerSocket socket(executor_);
    const auto [error] = co_await acceptor_.async_accept(socket, kTuple);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {  // no descriptor is free
      // Without a pause the loop would spin until a connection ends.
      retry.expires_after(kAcceptRetry);
      co_await retry.async_wait(kTuple);
      continue;
    }
    Welcome(std::move(socket));
  }
}

void Replica::Welcome(ServerSocket socket) {
  const uint64_t ordinal = totals_.connections++;
  boost::system::error_code ignored;  // a peer that has gone shows at the first read
  // Nagle would hold chunks back for the acknowledgement of the last one.
  socket.set_option(Tcp::no_delay(true), ignored);
  const auto connection = std::make_shared<Connection>(std::move(socket), *this);
  // Weak: a connection lives as long as its own task.
  connections_.emplace(connection.get(), connection);
  if (faults_.RefusesConnection(ordinal)) {
    CountFault();
    return connection->Reset();
  }
  tasks_.Spawn(Connection::Run(connection));
}

Task<void> Replica::EndLater() {
  const auto [delay, end] = *end_after_;
  Timer timer(executor_);
  timer.expires_after(delay);
  const auto [error] = co_await timer.async_wait(kTuple);
  if (error) co_return;
  boost::system::error_code ignored;  // it is closed in any case
  acceptor_.close(ignored);
  engine_.Halt();
  // Held: ending one connection changes the map that is gone over.
  std::vector<std::shared_ptr<Connection>> alive;
  for (const auto& [unused, weak] : connections_) {
    if (auto connection = weak.lock()) alive.push_back(std::move(connection));
  }
  for (const auto& connection : alive) {
    end == End::kDie ? connection->Reset() : connection->FallSilent();
  }
  if (end == End::kDie && on_dead_) on_dead_();
}

}  // namespace specctl::sim
