#include "tools/sim/http_request_parser.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <utility>

namespace specctl::sim {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

constexpr uint64_t kBodyBytesMax = 64u << 20;
constexpr uint32_t kHeadBytesMax = 64u << 10;

}  // namespace

struct HttpRequestParser::Impl {
  Impl() { Reset(); }
  void Reset() {
    parser.emplace();
    parser->body_limit(kBodyBytesMax);
    parser->header_limit(kHeadBytesMax);
    // Head and body in one put(): without it each call ends at the head.
    parser->eager(true);
    continue_told = false;
  }
  std::optional<Parser> parser;
  bool continue_told = false;
};

HttpRequestParser::HttpRequestParser() : impl_(std::make_unique<Impl>()) {}
HttpRequestParser::~HttpRequestParser() = default;

absl::StatusOr<size_t> HttpRequestParser::Feed(std::string_view bytes) {
  boost::beast::error_code error;
  const boost::asio::const_buffer buffer(bytes.data(), bytes.size());
  const size_t taken = impl_->parser->put(buffer, error);
  // Incomplete is no error: the rest comes with the next bytes.
  if (error && error != http::error::need_more) {
    return absl::InvalidArgumentError(
        absl::StrFormat("HTTP request: need a valid one, got %s", error.message()));
  }
  return taken;
}

bool HttpRequestParser::done() const { return impl_->parser->is_done(); }

HttpRequest HttpRequestParser::TakeRequest() {
  auto message = impl_->parser->release();
  impl_->Reset();
  const auto text = [](auto view) { return std::string(view.data(), view.size()); };
  HttpRequest request;
  request.method = text(message.method_string());
  request.path = text(message.target());
  // Routes have no queries.
  request.path.resize(std::min(request.path.size(), request.path.find('?')));
  request.content_type = text(message[http::field::content_type]);
  request.authorization = text(message[http::field::authorization]);
  request.request_id = text(message["X-Request-Id"]);
  request.category = text(message["X-Category"]);
  request.close = !message.keep_alive();
  request.body = std::move(message.body());
  return request;
}

bool HttpRequestParser::TakeContinueExpected() {
  if (impl_->continue_told || !impl_->parser->is_header_done()) return false;
  // Once for each request, whatever is asked: the header does not change.
  impl_->continue_told = true;
  const auto expect = impl_->parser->get()[http::field::expect];
  return boost::beast::iequals(expect, "100-continue");
}

}  // namespace specctl::sim
