#include "controller/scrape/http_fetch.h"

#include <exception>
#include <optional>
#include <utility>

#include <absl/strings/str_format.h>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "common/base/status.h"
#include "common/base/task.h"
#include "common/net/http_response_parser.h"

namespace specctl::controller {
namespace {

namespace asio = boost::asio;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
using TlsStream = asio::ssl::stream<Socket>;

constexpr size_t kReadBytes = 16 * 1024;

class BodyCollector final : public HttpBodySink {
 public:
  explicit BodyCollector(size_t bytes_max) : bytes_max_(bytes_max) {}
  void OnHead() override {}
  absl::Status OnBody(std::string_view bytes) override {
    if (body_.size() + bytes.size() > bytes_max_) {
      return absl::ResourceExhaustedError(absl::StrFormat("a body over %d bytes", bytes_max_));
    }
    body_ += bytes;
    return absl::OkStatus();
  }
  const std::string& text() const { return body_; }
  std::string Take() { return std::move(body_); }

 private:
  const size_t bytes_max_;
  std::string body_;
};

template <class Stream>
Task<absl::StatusOr<HttpReply>> Exchange(Stream& stream, const std::string& request,
                                         const FetchOptions& options) {
  const auto [write_error, written] =
      co_await asio::async_write(stream, asio::buffer(request), kTuple);
  if (write_error) co_return ToStatus(write_error, "send");
  BodyCollector body(options.body_bytes_max);
  HttpResponseParser parser(body);
  std::string buffer(kReadBytes, '\0');
  while (!parser.done()) {
    const auto [error, count] = co_await stream.async_read_some(asio::buffer(buffer), kTuple);
    const bool closed = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    if (error && !closed) co_return ToStatus(error, "read");
    const absl::Status fed =
        closed ? parser.FeedEof() : parser.Feed(std::string_view(buffer).substr(0, count));
    if (!fed.ok()) co_return fed;
    if (closed || (options.is_enough && options.is_enough(body.text()))) break;
  }
  HttpReply reply;
  reply.status = parser.status();
  reply.content_type = parser.content_type();
  reply.server = parser.header("server");
  reply.content_encoding = parser.header("content-encoding");
  reply.location = parser.header("location");
  reply.body = body.Take();
  co_return reply;
}

Task<absl::StatusOr<HttpReply>> FetchTls(Socket socket, const Url& url, const std::string& request,
                                         const FetchOptions& options) {
  if (options.tls == nullptr) co_return absl::InternalError("https without a TLS context");
  SSL_CTX_up_ref(options.tls.get());  // the Asio context releases it
  asio::ssl::context context(options.tls.get());
  TlsStream stream(std::move(socket), context);
  // What SSL_set_tlsext_host_name() expands to, without its C cast.
  std::string name = url.host;
  SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           name.data());
  SSL_set1_host(stream.native_handle(), url.host.c_str());
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, kTuple);
  if (error) {
    const long verified = SSL_get_verify_result(stream.native_handle());
    if (verified == X509_V_OK) {
      co_return absl::UnavailableError(absl::StrFormat("TLS: %s", error.message()));
    }
    co_return absl::FailedPreconditionError(
        absl::StrFormat("TLS: certificate refused: %s (trust its issuer by --ca-file, or any by "
                        "--insecure)",
                        X509_verify_cert_error_string(verified)));
  }
  co_return co_await Exchange(stream, request, options);
}

Task<absl::StatusOr<HttpReply>> FetchOnce(const Url& url, const std::string& request,
                                          const FetchOptions& options) {
  const Executor executor = co_await asio::this_coro::executor;
  Resolver resolver(executor);
  const std::string port = absl::StrFormat("%d", url.port);
  const auto [resolve_error, addresses] = co_await resolver.async_resolve(url.host, port, kTuple);
  if (resolve_error) co_return ToStatus(resolve_error, "look up the host");
  Socket socket(executor);
  const auto [connect_error, address] = co_await asio::async_connect(socket, addresses, kTuple);
  if (connect_error) co_return ToStatus(connect_error, "connect");
  if (!url.https) co_return co_await Exchange(socket, request, options);
  co_return co_await FetchTls(std::move(socket), url, request, options);
}

absl::Status WithUrl(const Url& url, std::string_view path, const absl::Status& status) {
  const std::string text =
      absl::StrFormat("%s%s: %s", url.ToString(), path, std::string(status.message()));
  const bool ours = status.code() == absl::StatusCode::kInvalidArgument ||
                    status.code() == absl::StatusCode::kDeadlineExceeded ||
                    status.code() == absl::StatusCode::kFailedPrecondition ||
                    status.code() == absl::StatusCode::kInternal;
  return absl::Status(ours ? status.code() : absl::StatusCode::kUnavailable, text);
}

}  // namespace

absl::StatusOr<HttpReply> Fetch(const Url& url, const HttpRequest& request,
                                const FetchOptions& options) {
  const std::string bytes = SerializeRequest(url, request);
  std::optional<absl::StatusOr<HttpReply>> result;
  asio::io_context io(1);
  auto on_done = [&result](std::exception_ptr error, absl::StatusOr<HttpReply> reply) {
    if (error) std::rethrow_exception(error);
    result = std::move(reply);
  };
  asio::co_spawn(io.get_executor(), FetchOnce(url, bytes, options), std::move(on_done));
  io.run_for(options.timeout);
  if (!result) {
    result = absl::DeadlineExceededError(
        absl::StrFormat("no answer within %.3g s", Seconds(options.timeout)));
  }
  if (!result->ok()) return WithUrl(url, request.path, result->status());
  return *std::move(result);
}

}  // namespace specctl::controller
