#include "controller/scrape/http_fetch.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "common/base/status.h"
#include "common/base/task.h"
#include "common/net/http_head_text.h"
#include "controller/scrape/connect_any.h"

namespace specctl::controller {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using TcpStream = beast::basic_stream<tcp, Executor>;
using TlsStream = beast::ssl_stream<TcpStream>;
using Parser = http::response_parser<http::string_body>;

constexpr size_t kHeadBytesMax = 64 * 1024;
constexpr size_t kReadBytes = 16 * 1024;
constexpr size_t kInterimMax = 10;  // "100 Continue" and the like, before the response

std::string_view View(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

void Refill(std::string_view text, beast::flat_buffer& buffer) {
  buffer.clear();
  const auto into = buffer.prepare(text.size());
  std::copy(text.begin(), text.end(), static_cast<char*>(into.data()));
  buffer.commit(text.size());
}

bool IsLineEnd(char byte) { return byte == '\r' || byte == '\n'; }

absl::Status NotHttp(std::string_view what, std::string_view at) {
  return absl::InvalidArgumentError(absl::StrFormat("not an HTTP/1.x response: %s, at \"%s\"", what,
                                                    absl::CEscape(std::string(at.substr(0, 40)))));
}

absl::Status ReadFailure(const beast::error_code& error, size_t body_bytes_max) {
  if (error == http::error::body_limit) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("a body of more than %d bytes", body_bytes_max));
  }
  if (error == http::error::partial_message || error == http::error::end_of_stream ||
      error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    return absl::UnavailableError("closed before the end of the response");
  }
  if (error == beast::error::timeout) return absl::DeadlineExceededError("no answer");
  const auto& of_http = http::make_error_code(http::error::end_of_stream).category();
  if (error.category() == of_http) return NotHttp(error.message(), "");
  return ToStatus(error, "read");
}

// Reads until `buffer` begins with a whole head, and puts that in plain form.
template <class Stream>
Task<absl::Status> ReadHead(Stream& stream, beast::flat_buffer& buffer) {
  constexpr std::string_view kBegin = "HTTP/1.";
  size_t length = HeadLength(View(buffer));
  while (length == std::string_view::npos) {
    const std::string_view begin = View(buffer).substr(0, kBegin.size());
    if (!kBegin.starts_with(begin)) co_return NotHttp("bad version", View(buffer));
    if (buffer.size() > kHeadBytesMax) co_return NotHttp("its head has no end", View(buffer));
    const auto into = buffer.prepare(kReadBytes);
    const auto [error, count] = co_await stream.async_read_some(into, kTuple);
    if (error) co_return ReadFailure(error, 0);
    buffer.commit(count);
    while (buffer.size() > 0 && IsLineEnd(View(buffer)[0])) buffer.consume(1);
    length = HeadLength(View(buffer));
  }
  // Beast refuses what other clients take, e.g. lines that end in LF alone.
  const std::string head = PlainHead(View(buffer).substr(0, length));
  Refill(head + std::string(View(buffer).substr(length)), buffer);
  co_return absl::OkStatus();
}

std::string Header(const Parser& parser, http::field name) {
  const auto value = parser.get()[name];
  return std::string(value.data(), value.size());
}

HttpReply TakeReply(Parser& parser) {
  HttpReply reply;
  reply.status = parser.get().result_int();
  std::string type = Header(parser, http::field::content_type);
  type.resize(std::min(type.find(';'), type.size()));
  absl::StripTrailingAsciiWhitespace(&type);
  reply.content_type = absl::AsciiStrToLower(type);
  reply.content_encoding = absl::AsciiStrToLower(Header(parser, http::field::content_encoding));
  reply.server = Header(parser, http::field::server);
  reply.location = Header(parser, http::field::location);
  reply.body = std::move(parser.get().body());
  return reply;
}

// Sends, and reads the response behind the interim ones.
template <class Stream>
Task<absl::StatusOr<HttpReply>> Exchange(Stream& stream, const std::string& request,
                                         const FetchOptions& options) {
  const auto [write_error, written] =
      co_await asio::async_write(stream, asio::buffer(request), kTuple);
  if (write_error == beast::error::timeout) co_return absl::DeadlineExceededError("no answer");
  if (write_error) co_return ToStatus(write_error, "send");
  beast::flat_buffer buffer;
  for (size_t i = 0; i < kInterimMax; ++i) {
    const absl::Status head = co_await ReadHead(stream, buffer);
    if (!head.ok()) co_return head;
    Parser parser;
    // ReadHead has bounded it.
    parser.header_limit(2 * kHeadBytesMax);
    parser.body_limit(options.body_bytes_max);
    while (!parser.is_done()) {
      auto [error, count] = co_await http::async_read_some(stream, buffer, parser, kTuple);
      // Without a length, the end of the connection is the end of the body, however it ended.
      if (error == asio::ssl::error::stream_truncated && parser.need_eof()) parser.put_eof(error);
      if (error) co_return ReadFailure(error, options.body_bytes_max);
      if (options.is_enough && options.is_enough(parser.get().body())) break;
    }
    const unsigned status = parser.get().result_int();
    if (status >= 200 || status == 101) co_return TakeReply(parser);
  }
  co_return NotHttp("endless interim responses", View(buffer));
}

Task<absl::StatusOr<HttpReply>> ExchangeOverTls(TcpStream tcp_stream, const Url& url,
                                                const std::string& request,
                                                const FetchOptions& options) {
  if (options.tls == nullptr) co_return absl::InternalError("https without a TLS context");
  SSL_CTX_up_ref(options.tls.get());  // the Asio context releases it
  asio::ssl::context context(options.tls.get());
  TlsStream stream(std::move(tcp_stream), context);
  // What SSL_set_tlsext_host_name() expands to, without its C cast.
  std::string name = url.host;
  SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           name.data());
  SSL_set1_host(stream.native_handle(), url.host.c_str());
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, kTuple);
  if (error == beast::error::timeout) co_return absl::DeadlineExceededError("no TLS handshake");
  if (error) {
    const long verified = SSL_get_verify_result(stream.native_handle());
    if (verified == X509_V_OK) {
      co_return absl::UnavailableError(absl::StrFormat("TLS: %s", error.message()));
    }
    co_return absl::FailedPreconditionError(
        absl::StrFormat("TLS: certificate rejected: %s (trust its issuer with --ca-file, or skip "
                        "verification with --insecure)",
                        X509_verify_cert_error_string(verified)));
  }
  co_return co_await Exchange(stream, request, options);
}

// An address of one's own is reached from itself: loopback, host name and network address of this
// machine are one.
std::string PeerOf(const Socket& socket) {
  boost::system::error_code ignored;  // a socket that has closed has no peer
  const tcp::endpoint remote = socket.remote_endpoint(ignored);
  const tcp::endpoint local = socket.local_endpoint(ignored);
  if (ignored) return "";
  const bool here = remote.address() == local.address();
  return absl::StrFormat("%s:%d", here ? "here" : remote.address().to_string(), remote.port());
}

Task<absl::StatusOr<HttpReply>> FetchFrom(std::vector<tcp::endpoint> endpoints, const Url& url,
                                          const std::string& request, const FetchOptions& options,
                                          MonoTime deadline) {
  auto socket = co_await ConnectAny(std::move(endpoints), deadline);
  if (!socket.ok()) co_return socket.status();
  const std::string peer = PeerOf(*socket);
  TcpStream stream(*std::move(socket));
  stream.expires_at(deadline);
  absl::StatusOr<HttpReply> reply;
  if (url.https) {
    reply = co_await ExchangeOverTls(std::move(stream), url, request, options);
  } else {
    reply = co_await Exchange(stream, request, options);
  }
  if (reply.ok()) reply->peer = peer;
  co_return reply;
}

absl::StatusOr<HttpReply> FetchBy(MonoTime deadline, const Url& url, const std::string& request,
                                  const FetchOptions& options) {
  const NameLookup::Addresses addresses =
      options.address ? std::vector{*options.address} : options.lookup->Find(url.host, deadline);
  if (!addresses.ok()) return addresses.status();
  std::vector<tcp::endpoint> endpoints;
  for (const auto& address : *addresses) endpoints.emplace_back(address, url.port);
  std::optional<absl::StatusOr<HttpReply>> result;
  // Its own context: the caller waits here anyway.
  asio::io_context io(1);
  auto on_done = [&result](std::exception_ptr error, absl::StatusOr<HttpReply> reply) {
    if (error) std::rethrow_exception(error);
    result = std::move(reply);
  };
  asio::co_spawn(io.get_executor(),
                 FetchFrom(std::move(endpoints), url, request, options, deadline),
                 std::move(on_done));
  io.run();
  return *std::move(result);
}

absl::Status Explained(const Url& url, std::string_view path, const FetchOptions& options,
                       const absl::Status& status) {
  std::string text(status.message());
  if (absl::IsDeadlineExceeded(status)) {
    text = absl::StrFormat("%s within %.3g s", text, Seconds(options.timeout));
  }
  if (options.address) text = absl::StrFormat("%s: %s", options.address->to_string(), text);
  // Errors that the caller can fix keep their code; all others are the server's or the network's.
  const bool ours = status.code() == absl::StatusCode::kInvalidArgument ||
                    status.code() == absl::StatusCode::kDeadlineExceeded ||
                    status.code() == absl::StatusCode::kFailedPrecondition ||
                    status.code() == absl::StatusCode::kInternal;
  return absl::Status(ours ? status.code() : absl::StatusCode::kUnavailable,
                      absl::StrFormat("%s%s: %s", url.ToString(), path, text));
}

}  // namespace

absl::StatusOr<HttpReply> Fetch(const Url& url, const HttpRequest& request,
                                const FetchOptions& options) {
  const std::string bytes = SerializeRequest(url, request);
  auto reply = FetchBy(MonoNow() + options.timeout, url, bytes, options);
  if (!reply.ok()) return Explained(url, request.path, options, reply.status());
  return reply;
}

}  // namespace specctl::controller
