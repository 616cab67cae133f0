#include "common/engine/response_reader.h"

#include <algorithm>

#include "common/base/hash.h"

namespace specctl {
namespace {

bool HasOutput(const StreamEvent& event) {
  return !event.text.empty() || !event.reasoning.empty() || event.tool_call;
}

}  // namespace

void ResponseReader::Begin(bool keep_text) {
  keep_text_ = keep_text;
  done_seen_ = has_error_ = other_choices_ = any_event_ = usage_on_chunk_ = false;
  error_code_ = 0;
  for (std::string* text : {&error_, &finish_reason_, &response_id_, &text_}) text->clear();
  output_hash_ = chunks_ = counted_tokens_ = unknown_chunks_ = 0;
  unknown_since_usage_ = false;
  chunk_source_ = TokenSource::kUnknown;
  usage_total_ = input_tokens_ = cached_tokens_ = reasoning_tokens_ = std::nullopt;
  speculation_.reset();
  timed_steps_.Begin();
}

absl::Status ResponseReader::OnEvent(std::string_view payload, ChunkFacts& facts) {
  facts = ChunkFacts();
  StreamEvent event;
  if (const absl::Status status = decoder_->Decode(payload, event); !status.ok()) return status;
  if (event.done) {
    done_seen_ = true;
    return absl::OkStatus();
  }
  any_event_ = true;
  if (event.error) {
    OnError(event);
    return absl::OkStatus();
  }
  if (response_id_.empty()) response_id_ = event.id;
  other_choices_ |= event.other_choices > 0;
  // The counts on a chunk of another choice are that choice's own.
  const bool counts = event.choices == 0 || event.choices > event.other_choices;
  if (event.timings && counts) {
    facts.same_step = timed_steps_.Add(*event.timings, HasOutput(event));
  }
  if (event.choices > event.other_choices) OnChoice(event, facts);
  if (event.prompt_tokens) input_tokens_ = event.prompt_tokens;
  if (event.cached_tokens) cached_tokens_ = event.cached_tokens;
  if (event.reasoning_tokens) reasoning_tokens_ = event.reasoning_tokens;
  if (event.timings && counts) TakeTimings(event);
  if (event.completion_tokens && counts) TakeUsage(event);
  if (auto stats = decoder_->TakeSpeculation()) speculation_ = std::move(stats);
  return absl::OkStatus();
}

void ResponseReader::OnError(const StreamEvent& event) {
  if (has_error_) return;  // the first one tells the cause
  has_error_ = true;
  error_ = event.error_message;
  error_code_ = event.error_code;
}

void ResponseReader::OnChoice(const StreamEvent& event, ChunkFacts& facts) {
  CountTokens(event, facts);
  facts.reasoning = !event.reasoning.empty() && event.text.empty();
  if (!event.text.empty()) {
    output_hash_ = Fnv1a(event.text, output_hash_ == 0 ? kFnv1aStart : output_hash_);
    if (keep_text_) text_.append(event.text);
  }
  if (event.finish_reason.empty()) return;
  finish_reason_ = event.finish_reason;
  if (finish_reason_ == "abort" && !has_error_) {
    has_error_ = true;
    error_ = "the server aborted the request (finish reason abort)";
  }
}

void ResponseReader::CountTokens(const StreamEvent& event, ChunkFacts& facts) {
  const bool has_output = HasOutput(event);
  if (UsageTells(event, has_output)) {
    const uint64_t total = *event.completion_tokens;
    Count(total - std::min(total, counted_tokens_), TokenSource::kContinuousUsage, facts);
  } else if (event.token_ids.value_or(0) > 0) {
    Count(*event.token_ids, TokenSource::kTokenIds, facts);
  } else if (TimingsTell(event, has_output)) {
    const uint64_t total = event.timings->predicted_n;
    Count(total - std::min(total, counted_tokens_), TokenSource::kTimings, facts);
  } else if (event.logprob_tokens.value_or(0) > 0) {
    Count(*event.logprob_tokens, TokenSource::kLogprobs, facts);
  } else if (has_output) {
    facts.token_bearing = unknown_since_usage_ = true;
    ++chunks_;
    ++unknown_chunks_;
  }
}

// Whether the growth of the event's usage is the tokens of this chunk.
bool ResponseReader::UsageTells(const StreamEvent& event, bool has_output) const {
  if (!event.completion_tokens || unknown_since_usage_) return false;
  if (*event.completion_tokens < usage_total_.value_or(0)) return false;
  // A total of 0 beside output comes from a server that fills it in at the end.
  return *event.completion_tokens > 0 || !has_output;
}

// The same for its timings.  What grew by the events that begin and end a response has no chunk.
bool ResponseReader::TimingsTell(const StreamEvent& event, bool has_output) const {
  if (!event.timings || unknown_since_usage_) return false;
  return has_output || (!event.role_only && event.finish_reason.empty());
}

void ResponseReader::TakeUsage(const StreamEvent& event) {
  usage_total_ = event.completion_tokens;
  usage_on_chunk_ |= event.choices > 0;
  if (*event.completion_tokens == 0) return;
  counted_tokens_ = *event.completion_tokens;
  unknown_since_usage_ = false;
}

void ResponseReader::TakeTimings(const StreamEvent& event) {
  counted_tokens_ = std::max(counted_tokens_, event.timings->predicted_n);
  unknown_since_usage_ = false;
}

void ResponseReader::Count(uint64_t tokens, TokenSource source, ChunkFacts& facts) {
  if (tokens == 0) return;
  facts.token_bearing = true;
  facts.tokens = static_cast<uint32_t>(std::min<uint64_t>(tokens, UINT32_MAX));
  ++chunks_;
  counted_tokens_ += tokens;
  chunk_source_ = std::max(chunk_source_, source);
}

TokenSource ResponseReader::token_source() const {
  if (!any_event_) return TokenSource::kUnknown;
  if (chunks_ > 0 && unknown_chunks_ == 0) return chunk_source_;
  if (chunks_ == 0 && usage_on_chunk_) return TokenSource::kContinuousUsage;
  return UsageCounts() ? TokenSource::kTotalsOnly : TokenSource::kNone;
}

std::optional<uint64_t> ResponseReader::output_tokens() const {
  if (UsageCounts()) return usage_total_;
  if (chunks_ > 0 && unknown_chunks_ == 0) return counted_tokens_;
  return std::nullopt;
}

// A chunk that was counted otherwise, or not at all, came without timings.
std::optional<TimingsStats> ResponseReader::timings() const {
  return timed_steps_.Stats(unknown_chunks_ == 0 && chunk_source_ <= TokenSource::kTimings);
}

// A total of 0 beside chunks is none.
bool ResponseReader::UsageCounts() const {
  return usage_total_ && (*usage_total_ > 0 || chunks_ == 0);
}

}  // namespace specctl
