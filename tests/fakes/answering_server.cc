#include "tests/fakes/answering_server.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace specctl::fakes {

namespace asio = boost::asio;

AnsweringServer::AnsweringServer(Answer answer, asio::ssl::context* tls,
                                 const ScriptedServer::Endpoint& at)
    : answer_(std::move(answer)),
      server_(io_, {[this](ScriptedConnection& connection) { return Serve(connection); }}, tls, at),
      tasks_(io_.get_executor()) {
  tasks_.Spawn(server_.Run());
  thread_ = std::thread([this] { io_.run(); });
}

AnsweringServer::~AnsweringServer() {
  asio::post(io_, [this] { tasks_.Cancel(); });
  thread_.join();
}

std::vector<std::string> AnsweringServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

Task<void> AnsweringServer::Serve(ScriptedConnection& connection) {
  std::string request = co_await connection.ReadRequest();
  if (request.empty()) co_return;
  std::string bytes = answer_(request);
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
  }
  if (bytes.empty()) {
    co_await connection.UntilClosed();
  } else {
    co_await connection.Send(std::move(bytes));
  }
  connection.Close();
}

std::string RefusingUrl() {
  asio::io_context io;
  return ScriptedServer(io, {}).Url();
}

}  // namespace specctl::fakes
