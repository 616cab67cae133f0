#include "tests/fakes/scripted_server.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <absl/strings/str_format.h>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>

namespace specctl::fakes {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

// Length of the request that `received` begins with, or 0 while it is not whole.
size_t RequestLength(std::string_view received) {
  const size_t head = received.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kName = "Content-Length: ";
  const size_t at = received.substr(0, head).find(kName);
  size_t body = 0;
  if (at != std::string_view::npos) {
    std::from_chars(received.data() + at + kName.size(), received.data() + head, body);
  }
  const size_t whole = head + 4 + body;
  return received.size() >= whole ? whole : 0;
}

}  // namespace

ScriptedConnection::ScriptedConnection(Socket socket, asio::ssl::context* tls)
    : socket_(std::move(socket)) {
  if (tls) tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, *tls);
}

Task<bool> ScriptedConnection::Handshake() {
  if (!tls_) co_return true;
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kTuple);
  co_return !error;
}

Task<size_t> ScriptedConnection::ReadSome() {
  std::array<char, 4096> bytes;
  const auto buffer = asio::buffer(bytes);
  size_t count = 0;
  if (tls_) {
    const auto [error, read] = co_await tls_->async_read_some(buffer, kTuple);
    count = error ? 0 : read;
  } else {
    const auto [error, read] = co_await socket_.async_read_some(buffer, kTuple);
    count = error ? 0 : read;
  }
  received_.append(bytes.data(), count);
  co_return count;
}

Task<std::string> ScriptedConnection::ReadRequest() {
  for (;;) {
    if (const size_t length = RequestLength(received_)) {
      std::string request = received_.substr(0, length);
      received_.erase(0, length);
      co_return request;
    }
    const size_t read = co_await ReadSome();
    if (read == 0) co_return std::string();
  }
}

Task<void> ScriptedConnection::Send(std::string bytes) {
  const auto buffer = asio::buffer(bytes);
  if (tls_) {
    co_await asio::async_write(*tls_, buffer, kTuple);
  } else {
    co_await asio::async_write(socket_, buffer, kTuple);
  }
}

Task<void> ScriptedConnection::Until(std::function<bool()> condition) {
  Timer timer(socket_.get_executor());
  while (!condition()) {
    timer.expires_after(std::chrono::microseconds(200));
    const auto [error] = co_await timer.async_wait(kTuple);
    if (error) co_return;
  }
}

Task<void> ScriptedConnection::UntilClosed() {
  for (;;) {
    const size_t read = co_await ReadSome();
    if (read == 0) co_return;
  }
}

void ScriptedConnection::Close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void ScriptedConnection::Reset() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

ScriptedServer::ScriptedServer(asio::io_context& io, std::vector<Script> scripts,
                               asio::ssl::context* tls, const Endpoint& at)
    : scripts_(std::move(scripts)), tls_(tls), acceptor_(io.get_executor(), at) {}

uint16_t ScriptedServer::port() const { return acceptor_.local_endpoint().port(); }

std::string ScriptedServer::Url() const {
  return absl::StrFormat("%s://%s:%d", tls_ ? "https" : "http",
                         acceptor_.local_endpoint().address().to_string(), port());
}

Task<void> ScriptedServer::Run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  TaskGroup serving(acceptor_.get_executor());
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(kTuple);
    if (error) break;
    socket.set_option(Tcp::no_delay(true));
    const size_t script = std::min(connections_++, scripts_.size() - 1);
    serving.Spawn(Serve(std::move(socket), script));
  }
  serving.Cancel();
  co_await serving.Join();
}

Task<void> ScriptedServer::Serve(ScriptedConnection::Socket socket, size_t script) {
  ScriptedConnection connection(std::move(socket), tls_);
  const bool ready = co_await connection.Handshake();
  if (ready) co_await scripts_[script](connection);
}

}  // namespace specctl::fakes
