#include "common/net/http_response_parser.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>

namespace specctl {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr uint32_t kHeadBytesMax = 64 << 10;
// How much of what is fed is copied at a time behind what was left of a head.
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
  return absl::AsciiStrToLower(std::string(value));
}

bool IsInterim(uint32_t status) { return status >= 100 && status < 200 && status != 101; }

}  // namespace

struct HttpResponseParser::Beast {
  explicit Beast(HttpBodySink* sink) { Renew(sink); }

  void Renew(HttpBodySink* sink) {
    parser.emplace();
    parser->header_limit(kHeadBytesMax);
    parser->body_limit(boost::none);  // the default ends a stream after some 24,000 chunks
    parser->get().body().sink = sink;
  }

  std::optional<http::response_parser<SinkBody>> parser;
  std::string unread;  // a part of a head
  std::string content_type;
};

HttpResponseParser::HttpResponseParser(HttpBodySink& sink)
    : sink_(&sink), beast_(std::make_unique<Beast>(&sink)) {}
HttpResponseParser::~HttpResponseParser() = default;

void HttpResponseParser::Reset() {
  beast_->Renew(sink_);
  beast_->unread.clear();
  beast_->content_type.clear();
  chunks_ = ChunkedBody();
  body_ = Body::kNotYet;
  any_byte_ = false;
}

absl::Status HttpResponseParser::Feed(std::string_view bytes) {
  if (bytes.empty()) return absl::OkStatus();
  any_byte_ = true;
  while (!bytes.empty()) {
    if (done()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%d bytes after the end of the response, though nothing more was asked", bytes.size()));
    }
    const absl::Status status = body_ == Body::kChunked ? TakeChunk(bytes) : FeedToBeast(bytes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Takes at least one byte off the front of `bytes`.
absl::Status HttpResponseParser::TakeChunk(std::string_view& bytes) {
  const std::string_view data = chunks_.Take(bytes);
  if (!data.empty()) return sink_->OnBody(data);
  return chunks_.fault() ? Malformed(chunks_.fault(), bytes) : absl::OkStatus();
}

// Takes at least one byte off the front of `bytes`; what follows the head of a chunked body stays.
absl::Status HttpResponseParser::FeedToBeast(std::string_view& bytes) {
  auto& parser = *beast_->parser;
  std::string& unread = beast_->unread;
  const size_t left_before = unread.size();
  std::string_view text = bytes;
  if (left_before > 0) {
    unread.append(bytes.substr(0, kJoinedBytes));
    text = unread;
  }
  error_code error;
  const size_t used = parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
  if (const absl::Status& refused = parser.get().body().status; !refused.ok()) return refused;
  if (error && error != http::error::need_more) return Malformed(error.message(), text);
  if (error == http::error::need_more) {
    bytes.remove_prefix(text.size() - left_before);
    if (left_before == 0) unread.assign(text);
    unread.erase(0, used);
  } else {
    bytes.remove_prefix(used - left_before);
    unread.clear();
  }
  if (!head_done() && parser.is_header_done()) OnHeadDone();
  return absl::OkStatus();
}

void HttpResponseParser::OnHeadDone() {
  auto& parser = *beast_->parser;
  if (IsInterim(parser.get().result_int())) {  // "100 Continue": the response is yet to come
    beast_->Renew(sink_);
    return;
  }
  const bool chunked = parser.chunked() && !parser.is_done();
  body_ = chunked ? Body::kChunked : Body::kPlain;
  parser.eager(true);  // from here on put() need not stop: the sink has been told of the head
  beast_->content_type = LowerMediaType(parser.get()[http::field::content_type]);
  sink_->OnHead();
}

absl::Status HttpResponseParser::Malformed(std::string_view what, std::string_view bytes) const {
  const std::string seen = absl::CEscape(std::string(bytes.substr(0, 40)));
  return absl::InvalidArgumentError(
      absl::StrFormat("not an HTTP/1.x response: %s in the %s, at \"%s\"", std::string(what),
                      head_done() ? "body" : "head", seen));
}

absl::Status HttpResponseParser::FeedEof() {
  if (done()) return absl::OkStatus();
  const auto closed = [](const std::string& where) {
    return absl::UnavailableError(
        absl::StrFormat("closed before the end of the response (%s)", where));
  };
  if (!any_byte_) return closed("before its first byte");
  if (!head_done()) return closed("in its head");
  if (body_ == Body::kChunked) return closed("the last HTTP chunk is missing");
  auto& parser = *beast_->parser;
  if (const auto missing = parser.content_length_remaining()) {
    return closed(absl::StrFormat("%d bytes of its body are missing", *missing));
  }
  error_code error;
  parser.put_eof(error);
  return error ? Malformed(error.message(), "") : absl::OkStatus();
}

bool HttpResponseParser::done() const {
  if (body_ == Body::kChunked) return chunks_.done();
  return body_ == Body::kPlain && beast_->parser->is_done();
}

bool HttpResponseParser::ends_with_body() const {
  return body_ == Body::kPlain || (body_ == Body::kChunked && chunks_.ends_with_data());
}

uint32_t HttpResponseParser::status() const {
  return head_done() ? beast_->parser->get().result_int() : 0;
}

bool HttpResponseParser::keep_alive() const { return head_done() && beast_->parser->keep_alive(); }

std::string_view HttpResponseParser::content_type() const { return beast_->content_type; }

std::string_view HttpResponseParser::header(std::string_view name) const {
  if (!head_done()) return {};
  const auto value = beast_->parser->get()[boost::beast::string_view(name.data(), name.size())];
  return {value.data(), value.size()};
}

}  // namespace specctl
