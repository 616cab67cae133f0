// AnsweringServer: a ScriptedServer on a thread of its own, for clients that block.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include "common/base/task_group.h"
#include "tests/fakes/scripted_server.h"

namespace specctl::fakes {

// Answers every request by `answer(request)`, the bytes of the whole response, and closes; where
// that is empty it says nothing until the client goes away.
class AnsweringServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit AnsweringServer(Answer answer, boost::asio::ssl::context* tls = nullptr,
                           const ScriptedServer::Endpoint& at = ScriptedServer::AnyPort());
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;
  ~AnsweringServer();

  std::string Url() const { return server_.Url(); }
  uint16_t port() const { return server_.port(); }
  // Whole requests, in the order in which they came.
  std::vector<std::string> requests() const;

 private:
  Task<void> Serve(ScriptedConnection& connection);

  const Answer answer_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;  // under mutex_
  boost::asio::io_context io_{1};
  ScriptedServer server_;
  TaskGroup tasks_;
  std::thread thread_;
};

// The URL of a port of the loopback that nobody listens on.
std::string RefusingUrl();

}  // namespace specctl::fakes
