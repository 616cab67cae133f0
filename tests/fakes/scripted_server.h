// ScriptedServer: a server on the loopback that does to each connection what a test's script says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "common/base/task.h"
#include "common/base/task_group.h"

namespace specctl::fakes {

// What a script does with its connection.  Sends are whole; a read that fails ends in "".
class ScriptedConnection {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

  ScriptedConnection(Socket socket, boost::asio::ssl::context* tls);

  // Of TLS; false where it failed.
  Task<bool> Handshake();
  // One whole HTTP request with its body, or "" where the client closed.
  Task<std::string> ReadRequest();
  Task<void> Send(std::string bytes);
  // Returns once `condition` holds: how a script waits for the client, instead of sleeping.
  Task<void> Until(std::function<bool()> condition);
  // Returns once the client has closed.
  Task<void> UntilClosed();
  void Close();
  void Reset();  // RST

 private:
  Task<size_t> ReadSome();

  Socket socket_;
  std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls_;
  std::string received_;
};

// Serves the k-th connection by the k-th script, further ones by the last.  Runs on the test's own
// reactor.
class ScriptedServer {
 public:
  using Script = std::function<Task<void>(ScriptedConnection&)>;

  using Endpoint = boost::asio::ip::tcp::endpoint;
  // Of 127.0.0.1, chosen by the kernel.
  static Endpoint AnyPort() { return {boost::asio::ip::address_v4::loopback(), 0}; }

  // `tls`: null for plain connections.
  ScriptedServer(boost::asio::io_context& io, std::vector<Script> scripts,
                 boost::asio::ssl::context* tls = nullptr, const Endpoint& at = AnyPort());

  std::string Url() const;  // http://127.0.0.1:port
  uint16_t port() const;
  size_t connections() const { return connections_; }
  // Accepts until cancelled.
  Task<void> Run();

 private:
  Task<void> Serve(ScriptedConnection::Socket socket, size_t script);

  std::vector<Script> scripts_;
  boost::asio::ssl::context* tls_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor> acceptor_;
  size_t connections_ = 0;
};

}  // namespace specctl::fakes
