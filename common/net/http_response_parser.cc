#include "common/net/http_response_parser.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>

#include "common/net/http_head_text.h"

namespace specctl {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr uint32_t kHeadBytesMax = 64 << 10;
constexpr std::string_view kVersion = "HTTP/1.";

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
      // Any error makes Beast stop; TakePlain() finds the cause in `status`.
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

bool IsLineEnd(char byte) { return byte == '\r' || byte == '\n'; }

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
  stray_bytes_ = 0;
}

absl::Status HttpResponseParser::Feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!head_done() && beast_->unread.empty()) SkipLineEnds(bytes);
    if (bytes.empty()) break;
    any_byte_ = true;
    if (done()) return FeedBehindEnd(bytes);
    const absl::Status status = body_ == Body::kChunked ? TakeChunk(bytes)
                                : head_done()           ? TakePlain(bytes)
                                                        : TakeHead(bytes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Servers send an empty line too many, before or after a response.
void HttpResponseParser::SkipLineEnds(std::string_view& bytes) {
  const size_t left_before = bytes.size();
  while (!bytes.empty() && IsLineEnd(bytes.front())) bytes.remove_prefix(1);
  stray_bytes_ += left_before - bytes.size();
}

absl::Status HttpResponseParser::FeedBehindEnd(std::string_view bytes) {
  SkipLineEnds(bytes);
  if (bytes.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "%d bytes after the end of the response, though nothing more was requested", bytes.size()));
}

// Takes at least one byte off the front of `bytes`.
absl::Status HttpResponseParser::TakeChunk(std::string_view& bytes) {
  const std::string_view data = chunks_.TakeData(bytes);
  if (!data.empty()) return sink_->OnBody(data);
  return chunks_.fault() ? Malformed(chunks_.fault(), bytes) : absl::OkStatus();
}

// The same; the head goes to Beast once it is whole, and what follows it stays.
absl::Status HttpResponseParser::TakeHead(std::string_view& bytes) {
  std::string& unread = beast_->unread;
  const size_t left_before = unread.size();
  unread.append(bytes);
  const std::string_view begin = std::string_view(unread).substr(0, kVersion.size());
  if (!kVersion.starts_with(begin)) return Malformed("bad version", unread);
  // The end of the blank line may be all that was missing.
  const size_t searched = left_before - std::min<size_t>(left_before, 3);
  const size_t length = HeadLength(std::string_view(unread).substr(searched));
  if (length == std::string_view::npos) {
    bytes = {};
    return unread.size() > kHeadBytesMax ? Malformed("it has no end", unread) : absl::OkStatus();
  }
  unread.resize(searched + length);
  bytes.remove_prefix(unread.size() - left_before);
  const std::string head = PlainHead(unread);
  error_code error;
  beast_->parser->put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error && error != http::error::need_more) return Malformed(error.message(), unread);
  if (!beast_->parser->is_header_done()) return Malformed("it has no end", unread);
  unread.clear();
  OnHeadDone();
  return absl::OkStatus();
}

absl::Status HttpResponseParser::TakePlain(std::string_view& bytes) {
  auto& parser = *beast_->parser;
  error_code error;
  const size_t used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (const absl::Status& refused = parser.get().body().status; !refused.ok()) return refused;
  if (error || used == 0) return Malformed(error ? error.message() : "no body fits it", bytes);
  bytes.remove_prefix(used);
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
