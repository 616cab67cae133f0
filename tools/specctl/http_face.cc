#include "tools/specctl/http_face.h"

#include <charconv>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "common/base/task.h"
#include "common/base/task_group.h"

namespace specctl::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto kPatience = std::chrono::seconds(5);
constexpr uint32_t kHeadBytesMax = 8 * 1024;
constexpr int kConnectionsMax = 64;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

using Stream = beast::basic_stream<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Request = http::request_header<>;
using Response = http::response<http::string_body>;

absl::StatusOr<tcp::endpoint> EndpointOf(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  uint16_t port = 0;
  std::string host = colon == std::string::npos ? "" : listen.substr(0, colon);
  const char* const end = listen.data() + listen.size();
  bool numbered = colon != std::string::npos && colon + 1 < listen.size();
  if (numbered) {
    const auto read = std::from_chars(listen.data() + colon + 1, end, port);
    numbered = read.ec == std::errc() && read.ptr == end;
  }
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  const auto address = host.empty() ? asio::ip::address(asio::ip::address_v4::any())
                                    : asio::ip::make_address(host, error);
  if (!numbered || error) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--http: need ADDRESS:PORT, e.g. 127.0.0.1:8080 or 0.0.0.0:8080, got %s", listen));
  }
  return tcp::endpoint(address, port);
}

Response MakeResponse(const Request& request, const HttpFace::Answer& answer) {
  Response response;
  response.keep_alive(false);
  const bool reads = request.method() == http::verb::get || request.method() == http::verb::head;
  HttpAnswer what;
  if (reads) {
    what = answer(std::string(request.target()));
  } else {
    what = {.status = 405, .body = "only GET\n"};
    response.set(http::field::allow, "GET, HEAD");
  }
  response.result(static_cast<unsigned>(what.status));
  response.set(http::field::content_type, what.content_type);
  response.body() = std::move(what.body);
  response.prepare_payload();
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

}  // namespace

class HttpFace::Server {
 public:
  explicit Server(Answer answer)
      : answer_(std::move(answer)),
        acceptor_(io_.get_executor()),
        connections_(io_.get_executor()) {}

  ~Server() {
    asio::post(io_, [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      connections_.Cancel();
    });
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(const std::string& listen) {
    const auto endpoint = EndpointOf(listen);
    if (!endpoint.ok()) return endpoint.status();
    boost::system::error_code error;
    acceptor_.open(endpoint->protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(*endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrFormat("--http %s: can't listen there: %s", listen, error.message()));
    }
    const tcp::endpoint at = acceptor_.local_endpoint(error);
    const std::string host = at.address().is_unspecified() ? "127.0.0.1" : at.address().to_string();
    url_ = absl::StrFormat(
        at.address().is_v6() && !at.address().is_unspecified() ? "http://[%s]:%d" : "http://%s:%d",
        host, at.port());
    connections_.Spawn(Accept());
    // An error of a task is a mistake of ours.
    asio::co_spawn(io_, connections_.Join(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    thread_ = std::thread([this] { io_.run(); });
    return absl::OkStatus();
  }

  const std::string& url() const { return url_; }

 private:
  Task<void> Accept() {
    for (;;) {
      Stream stream(io_.get_executor());
      auto [error] = co_await acceptor_.async_accept(stream.socket(), kTuple);
      if (error == asio::error::operation_aborted || !acceptor_.is_open()) co_return;
      if (error) {
        // Out of descriptors, say: in a while there may be some.
        Timer pause(io_.get_executor(), kAcceptPause);
        co_await pause.async_wait(kTuple);
        continue;
      }
      if (open_ >= kConnectionsMax) continue;
      ++open_;
      connections_.Spawn(Serve(std::move(stream)));
    }
  }

  Task<void> Serve(Stream stream) {
    beast::flat_buffer buffer;
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kHeadBytesMax);
    stream.expires_after(kPatience);
    const auto [error, read] = co_await http::async_read_header(stream, buffer, parser, kTuple);
    if (!error && read > 0) {
      Response response = MakeResponse(parser.get().base(), answer_);
      stream.expires_after(kPatience);
      // Whoever is gone by then needs no answer.
      co_await http::async_write(stream, response, kTuple);
      boost::system::error_code ignored;
      stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
    }
    --open_;
  }

  const Answer answer_;
  std::string url_;
  asio::io_context io_{1};
  Acceptor acceptor_;
  int open_ = 0;
  std::thread thread_;
  TaskGroup connections_;
};

absl::StatusOr<std::unique_ptr<HttpFace>> HttpFace::Start(const std::string& listen,
                                                          Answer answer) {
  auto server = std::make_unique<Server>(std::move(answer));
  if (auto listening = server->Listen(listen); !listening.ok()) return listening;
  return std::unique_ptr<HttpFace>(new HttpFace(std::move(server)));
}

HttpFace::HttpFace(std::unique_ptr<Server> server) : server_(std::move(server)) {}
HttpFace::~HttpFace() = default;

const std::string& HttpFace::url() const { return server_->url(); }

}  // namespace specctl::cli
