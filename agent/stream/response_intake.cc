#include "agent/stream/response_intake.h"

#include <algorithm>
#include <utility>

#include "common/base/prefetch.h"
#include "common/base/printable.h"

namespace specctl::agent {
namespace {

static_assert(ByteSink::kPadding >= SseParser::kPadding);

int64_t ToMicrosDown(MonoTime time) { return MonoNs(time) / 1000; }

FailureKind KindOf(ResponseFault fault) {
  switch (fault) {
    case ResponseFault::kNone:
      break;
    case ResponseFault::kHttpStatus:
      return FailureKind::kHttpStatus;
    case ResponseFault::kErrorEvent:
      return FailureKind::kErrorEvent;
    case ResponseFault::kTruncated:
      return FailureKind::kTruncated;
    case ResponseFault::kUndecodable:
      return FailureKind::kUndecodable;
    case ResponseFault::kTooLong:
      return FailureKind::kTooLong;
    case ResponseFault::kContextOverflow:
      return FailureKind::kContextOverflow;
  }
  return FailureKind::kNone;
}

// As reports show it: one line, whatever bytes the server put there.
std::string HeaderValue(std::string_view value) {
  constexpr std::string_view kCut = "...";
  if (value.size() <= kHeaderValueBytesMax) return Printable(value);
  return Printable(value.substr(0, kHeaderValueBytesMax - kCut.size())).append(kCut);
}

}  // namespace

ResponseIntake::ResponseIntake(Shared shared, Wakeup& wakeup)
    : shared_(shared),
      http_(static_cast<HttpBodySink&>(*this)),
      body_(shared.decoder, kEventBytesMax),
      wakeup_(wakeup) {}

void ResponseIntake::BeginResponse(RequestLog& log, const ResponseReader::Options& options) {
  log_ = &log;
  http_.Reset();
  body_.BeginResponse(options);
  pending_.clear();
  fault_.reset();
  settled_at_.reset();
  over_ = connection_ended_ = chunk_ends_body_ = false;
  last_arrival_ = {};
}

void ResponseIntake::PrefetchForBytes() const { Prefetch(log_, sizeof(RequestLog)); }

void ResponseIntake::OnBytes(std::string_view bytes) {
  // After a fault, nothing can be read correctly.
  if (over_ || fault_) return;
  if (absl::Status status = http_.Feed(bytes); !status.ok()) fault_ = std::move(status);
}

void ResponseIntake::OnHead() {
  body_.OnHead({.status = http_.status(),
                .content_type = http_.content_type(),
                .content_encoding = http_.header("content-encoding"),
                .location = http_.header("location")});
}

absl::Status ResponseIntake::OnBody(std::string_view bytes) {
  // If other bytes follow the last chunk, the read's stamp is theirs.
  chunk_ends_body_ = false;
  return body_.Feed(bytes, [this](const ChunkFacts& facts, bool ends_bytes) {
    // Kept until the end of the read, which carries the stamp.
    pending_.push_back({facts.tokens, facts.reasoning, facts.same_step});
    chunk_ends_body_ = ends_bytes;
  });
}

void ResponseIntake::OnReadEnd(const ReadArrival& arrival) {
  if (over_) return;
  // Also for a read without a chunk: the end of a response is one.
  last_arrival_ = arrival.late;
  if (!pending_.empty()) Emit(arrival);
  over_ = fault_ || http_.done();
  if (!settled_at_ && body_.settled()) settled_at_ = arrival.late;
  // The slot sleeps through the chunks; it is woken when the answer is complete, and at the end.
  if (over_ || settled_at_ == last_arrival_) wakeup_.Notify();
}

void ResponseIntake::Emit(const ReadArrival& arrival) {
  ChunkRecord record;
  record.arrival_us = ToMicrosDown(arrival.late);
  // Rounded up, so that the bound holds; at least 1, for 0 means exact.
  const int64_t interval_ns = (arrival.late - arrival.early).count();
  const auto interval_us = static_cast<uint64_t>(std::max<int64_t>((interval_ns + 999) / 1000, 1));
  const bool last_is_exact = arrival.exact() && chunk_ends_body_ && http_.ends_with_body();
  const bool last_is_dated = arrival.exact() && !body_.has_partial_event();
  HealthMeter::ReadChunks read = {.token_bearing = pending_.size(), .last_dated = last_is_dated};
  for (size_t i = 0; i < pending_.size(); ++i) {
    record.uncertainty_us = last_is_exact && i + 1 == pending_.size() ? 0 : interval_us;
    record.tokens = pending_[i].tokens;
    record.reasoning = pending_[i].reasoning;
    record.same_step = pending_[i].same_step;
    shared_.recorder.AppendChunk(*log_, record);
    if (i == 0 || !record.same_step) ++read.steps;
  }
  shared_.health.OnChunks(read, arrival.bound());
  pending_.clear();
}

void ResponseIntake::OnEnd(const absl::Status& why) {
  connection_ended_ = true;
  if (over_) return;
  if (!fault_) {
    // An orderly close ends a response that has no length, and cuts any other.
    absl::Status end = why.ok() ? http_.FeedEof() : why;
    if (!end.ok()) fault_ = std::move(end);
  }
  over_ = true;
  wakeup_.Notify();
}

Ending ResponseIntake::Judge(std::string_view url) const {
  const ResponseVerdict verdict = body_.Judge({.head_done = http_.head_done(),
                                               .fault = fault_.value_or(absl::OkStatus()),
                                               .connection_ended = connection_ended_});
  return verdict.ok() ? Ending{} : Failed(KindOf(verdict.fault), url, verdict.text);
}

void ResponseIntake::Describe(bool save_text, RequestFinished& finished) const {
  const ResponseReader& reader = body_.reader();
  if (http_.status() != 0) finished.http_status = http_.status();
  finished.bytes = body_.bytes();
  finished.left_open = settled() && !over_;
  finished.passed_over = reader.passed_over() + (http_.stray_bytes() > 0 ? 1 : 0);
  if (reader.passed_over_first()) finished.passed_over_first = reader.passed_over_first();
  if (finished.passed_over_first.empty() && finished.passed_over > 0) {
    finished.passed_over_first = "an empty line before or after the response";
  }
  finished.connection_closed_by_server =
      connection_ended_ || (http_.head_done() && !http_.keep_alive());
  if (!reader.finish_reason().empty()) finished.finish_reason = reader.finish_reason();
  if (!reader.response_id().empty()) finished.response_id = reader.response_id();
  finished.token_source = reader.token_source();
  finished.token_fault = reader.token_fault();
  finished.max_tokens = reader.max_tokens();
  finished.input_tokens = reader.input_tokens();
  finished.output_tokens = reader.output_tokens();
  finished.cached_tokens = reader.cached_tokens();
  finished.reasoning_tokens = reader.reasoning_tokens();
  finished.chunks = reader.chunks();
  finished.output_hash = reader.output_hash();
  finished.speculation = reader.speculation();
  finished.timings = reader.timings();
  finished.tokens_per_iteration = reader.tokens_per_iteration();
  if (save_text) finished.output_text = reader.kept().text;
  // Read here, once a response: the parser keeps the head until the next one.
  if (!shared_.header.empty()) finished.header_value = HeaderValue(http_.header(shared_.header));
}

}  // namespace specctl::agent
