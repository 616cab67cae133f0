#include "agent/stream/response_intake.h"

#include <algorithm>
#include <utility>

#include "agent/stream/response_judge.h"
#include "common/base/prefetch.h"

namespace specctl::agent {
namespace {

static_assert(ByteSink::kPadding >= SseParser::kPadding);

constexpr std::string_view kEventStream = "text/event-stream";

int64_t ToMicrosDown(MonoTime time) { return MonoNs(time) / 1000; }

// Named events carry engines' extras (SGLang's ids, TensorRT-LLM's metrics), except these.
bool IsOfTheResponse(std::string_view event_name) {
  return event_name.empty() || event_name == "message" || event_name == "error";
}

}  // namespace

ResponseIntake::ResponseIntake(Shared shared, Wakeup& wakeup)
    : shared_(shared),
      http_(static_cast<HttpBodySink&>(*this)),
      sse_(kEventBytesMax),
      reader_(shared.decoder),
      wakeup_(wakeup) {}

void ResponseIntake::Begin(RequestLog& log, const ResponseReader::Options& options) {
  log_ = &log;
  http_.Reset();
  sse_.Reset();
  reader_.Begin(options);
  pending_.clear();
  plain_body_.clear();
  fault_.reset();
  is_stream_ = over_ = connection_ended_ = chunk_ends_body_ = false;
  last_arrival_ = {};
  body_bytes_ = 0;
}

void ResponseIntake::PrefetchForBytes() const { Prefetch(log_, sizeof(RequestLog)); }

void ResponseIntake::OnBytes(std::string_view bytes) {
  if (over_ || fault_) return;
  if (absl::Status status = http_.Feed(bytes); !status.ok()) fault_ = std::move(status);
}

void ResponseIntake::OnHead() {
  is_stream_ = http_.status() == 200 && http_.content_type() == kEventStream;
}

absl::Status ResponseIntake::OnBody(std::string_view bytes) {
  body_bytes_ += bytes.size();
  if (!is_stream_) {
    plain_body_ += bytes.substr(0, kPlainBodyBytesMax - plain_body_.size());
    return absl::OkStatus();
  }
  if (absl::Status status = sse_.Feed(bytes); !status.ok()) return status;
  chunk_ends_body_ = false;
  while (const auto event = sse_.Next()) {
    chunk_ends_body_ = false;
    if (!IsOfTheResponse(event->name)) continue;
    ChunkFacts facts;
    if (absl::Status status = reader_.OnEvent(event->data, facts); !status.ok()) return status;
    if (!facts.token_bearing) continue;
    pending_.push_back({facts.tokens, facts.reasoning, facts.same_step});
    chunk_ends_body_ = sse_.at_end();
  }
  return absl::OkStatus();
}

void ResponseIntake::OnReadEnd(const ReadArrival& arrival) {
  if (over_) return;
  last_arrival_ = arrival.late;
  if (!pending_.empty()) Emit(arrival);
  if (!fault_ && !http_.done()) return;
  over_ = true;
  wakeup_.Notify();
}

void ResponseIntake::Emit(const ReadArrival& arrival) {
  ChunkRecord record;
  record.arrival_us = ToMicrosDown(arrival.late);
  const int64_t interval_ns = (arrival.late - arrival.early).count();
  const auto interval_us = static_cast<uint64_t>(std::max<int64_t>((interval_ns + 999) / 1000, 1));
  const bool last_is_exact = arrival.exact() && chunk_ends_body_ && http_.ends_with_body();
  const bool last_is_dated = arrival.exact() && !sse_.has_partial_event();
  HealthMeter::ReadChunks read = {.token_bearing = pending_.size(), .last_dated = last_is_dated};
  for (size_t i = 0; i < pending_.size(); ++i) {
    record.uncertainty_us = last_is_exact && i + 1 == pending_.size() ? 0 : interval_us;
    record.tokens = pending_[i].tokens;
    record.reasoning = pending_[i].reasoning;
    record.same_step = pending_[i].same_step;
    shared_.recorder.Append(*log_, record);
    if (i == 0 || !record.same_step) ++read.steps;
  }
  shared_.health.OnChunks(read, arrival.bound());
  pending_.clear();
}

void ResponseIntake::OnEnd(const absl::Status& why) {
  connection_ended_ = true;
  if (over_) return;
  if (!fault_) {
    absl::Status end = why.ok() ? http_.FeedEof() : why;
    if (!end.ok()) fault_ = std::move(end);
  }
  over_ = true;
  wakeup_.Notify();
}

Ending ResponseIntake::Judge(std::string_view url) const {
  ResponseFacts facts;
  facts.url = url;
  facts.head_done = http_.head_done();
  facts.http_status = http_.status();
  facts.is_stream = is_stream_;
  facts.content_type = http_.content_type();
  facts.plain_body = plain_body_;
  facts.fault = fault_.value_or(absl::OkStatus());
  facts.connection_ended = connection_ended_;
  facts.done_seen = reader_.done_seen();
  facts.has_error = reader_.has_error();
  facts.error = reader_.error();
  facts.error_code = reader_.error_code();
  facts.finish_reason = reader_.finish_reason();
  return JudgeResponse(facts);
}

void ResponseIntake::Describe(bool save_text, RequestFinished& finished) const {
  finished.http_status = http_.status();
  finished.bytes = body_bytes_;
  finished.connection_closed_by_server =
      connection_ended_ || (http_.head_done() && !http_.keep_alive());
  finished.finish_reason = reader_.finish_reason();
  finished.response_id = reader_.response_id();
  finished.token_source = reader_.token_source();
  finished.token_fault = reader_.token_fault();
  finished.max_tokens = reader_.max_tokens();
  finished.input_tokens = reader_.input_tokens();
  finished.output_tokens = reader_.output_tokens();
  finished.cached_tokens = reader_.cached_tokens();
  finished.reasoning_tokens = reader_.reasoning_tokens();
  finished.chunks = reader_.chunks();
  finished.output_hash = reader_.output_hash();
  finished.speculation = reader_.speculation();
  finished.timings = reader_.timings();
  if (save_text) finished.output_text = reader_.text();
}

}  // namespace specctl::agent
