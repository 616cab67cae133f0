#include "common/net/http_response_parser.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>

#include "common/base/prefetch.h"

namespace specctl {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr uint32_t kHeadBytesMax = 64 << 10;
// What Beast may leave unread: a head, or the line of an HTTP chunk with its extensions.
constexpr size_t kUnreadBytesMax = 2 * kHeadBytesMax;
// How much of what is fed is copied at a time behind what was left: a chunk or two of a stream.
constexpr size_t kJoinedBytes = 1024;

// Hands the pieces of a body on, where Beast's own bodies would store them.
struct SinkBody {
  struct value_type {
    HttpBodySink* sink = nullptr;
    absl::Status status;  // of the sink's first refusal
  };
  class reader {
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type& value) : value_(value) {}
    void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }
    template <class Buffers>
    size_t put(const Buffers& buffers, error_code& error) {
      error = {};
      size_t bytes = 0;
      for (auto at = boost::asio::buffer_sequence_begin(buffers);
           at != boost::asio::buffer_sequence_end(buffers) && value_.status.ok(); ++at) {
        const boost::asio::const_buffer piece(*at);
        value_.status = value_.sink->OnBody({static_cast<const char*>(piece.data()), piece.size()});
        bytes += piece.size();
      }
      if (!value_.status.ok()) error = http::error::end_of_stream;
      return bytes;
    }
    void finish(error_code& error) { error = {}; }

   private:
    value_type& value_;
  };
};

std::string LowerMediaType(std::string_view value) {
  value = value.substr(0, value.find(';'));
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  std::string lower(value);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

bool IsInterim(uint32_t status) { return status >= 100 && status < 200 && status != 101; }

}  // namespace

struct HttpResponseParser::State {
  explicit State(HttpBodySink& body_sink) : sink(&body_sink) { Renew(); }

  void Renew() {
    parser.emplace();
    parser->header_limit(kHeadBytesMax);
    parser->body_limit(boost::none);  // the default ends a stream after some 24,000 chunks
    parser->get().body().sink = sink;
  }
  absl::Status Parse(std::string_view& bytes);
  void OnProgress();
  absl::Status Malformed(const error_code& error, std::string_view bytes) const;

  HttpBodySink* sink;
  std::optional<http::response_parser<SinkBody>> parser;
  std::string unread;  // the CR LF after an HTTP chunk, or a part of a head
  std::string content_type;
  bool any_byte = false;
  bool head_done = false;
};

// Reads what it can of `bytes` and leaves the rest.
absl::Status HttpResponseParser::State::Parse(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (parser->is_done()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%d bytes after the end of the response, though nothing more was asked", bytes.size()));
    }
    error_code error;
    const size_t used = parser->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (!parser->get().body().status.ok()) return parser->get().body().status;
    if (error && error != http::error::need_more) return Malformed(error, bytes);
    bytes.remove_prefix(used);
    OnProgress();
    if (error == http::error::need_more) break;
  }
  return absl::OkStatus();
}

void HttpResponseParser::State::OnProgress() {
  if (head_done || !parser->is_header_done()) return;
  if (IsInterim(parser->get().result_int())) {  // "100 Continue": the response is yet to come
    Renew();
    return;
  }
  head_done = true;
  parser->eager(true);  // from here on put() need not stop: the sink has been told of the head
  content_type = LowerMediaType(parser->get()[http::field::content_type]);
  sink->OnHead();
}

absl::Status HttpResponseParser::State::Malformed(const error_code& error,
                                                  std::string_view bytes) const {
  const std::string seen = absl::CEscape(std::string(bytes.substr(0, 40)));
  return absl::InvalidArgumentError(
      absl::StrFormat("not an HTTP/1.x response: %s in the %s, at \"%s\"", error.message(),
                      head_done ? "body" : "head", seen));
}

HttpResponseParser::HttpResponseParser(HttpBodySink& sink)
    : state_(std::make_unique<State>(sink)) {}
HttpResponseParser::~HttpResponseParser() = default;
HttpResponseParser::HttpResponseParser(HttpResponseParser&&) noexcept = default;

void HttpResponseParser::Reset() {
  state_->Renew();
  state_->unread.clear();
  state_->content_type.clear();
  state_->any_byte = state_->head_done = false;
}

absl::Status HttpResponseParser::Feed(std::string_view bytes) {
  State& state = *state_;
  std::string& unread = state.unread;
  if (bytes.empty()) return absl::OkStatus();
  state.any_byte = true;
  while (!unread.empty() && !bytes.empty()) {
    const std::string_view joined = bytes.substr(0, kJoinedBytes);
    unread.append(joined);
    bytes.remove_prefix(joined.size());
    std::string_view rest = unread;
    if (const absl::Status status = state.Parse(rest); !status.ok()) return status;
    unread.erase(0, unread.size() - rest.size());
    if (unread.size() > kUnreadBytesMax) {
      return absl::InvalidArgumentError(
          "not an HTTP/1.x response: a line of its framing has no end");
    }
  }
  const absl::Status status = state.Parse(bytes);
  if (status.ok() && !bytes.empty()) unread.assign(bytes);
  return status;
}

absl::Status HttpResponseParser::FeedEof() {
  State& state = *state_;
  if (done()) return absl::OkStatus();
  const auto closed = [](std::string_view where) {
    return absl::UnavailableError(
        absl::StrFormat("closed before the end of the response (%s)", std::string(where).c_str()));
  };
  if (!state.any_byte) return closed("before its first byte");
  if (!state.head_done) return closed("in its head");
  if (state.parser->chunked()) return closed("the last HTTP chunk is missing");
  if (const auto missing = state.parser->content_length_remaining()) {
    return closed(absl::StrFormat("%d bytes of its body are missing", *missing));
  }
  error_code error;
  state.parser->put_eof(error);
  return error ? state.Malformed(error, "") : absl::OkStatus();
}

void HttpResponseParser::PrefetchState() const { Prefetch(state_.get(), sizeof(State)); }

bool HttpResponseParser::any_byte() const { return state_->any_byte; }
bool HttpResponseParser::head_done() const { return state_->head_done; }
bool HttpResponseParser::done() const { return state_->head_done && state_->parser->is_done(); }

uint32_t HttpResponseParser::status() const {
  return state_->head_done ? state_->parser->get().result_int() : 0;
}

bool HttpResponseParser::keep_alive() const {
  return state_->head_done && state_->parser->keep_alive();
}

std::string_view HttpResponseParser::content_type() const { return state_->content_type; }

std::string_view HttpResponseParser::header(std::string_view name) const {
  if (!state_->head_done) return {};
  const auto value = state_->parser->get()[boost::beast::string_view(name.data(), name.size())];
  return {value.data(), value.size()};
}

}  // namespace specctl
