#include "common/engine/response_reader.h"

#include <absl/strings/match.h>

#include <algorithm>
#include <utility>

#include "common/base/hash.h"
#include "common/engine/done_mark.h"
#include "common/engine/error_body.h"

namespace specctl {
namespace {

// Which parts of a reply the event has something of, as bits.
uint8_t PartsOf(const StreamEvent& event) {
  const bool answer = !event.text.empty() || event.other_output;
  const bool reasoning = !event.reasoning.empty() || event.other_reasoning;
  return static_cast<uint8_t>((answer ? 1 : 0) + (reasoning ? 2 : 0) + (event.tool_call ? 4 : 0));
}

bool HasOutput(const StreamEvent& event) { return PartsOf(event) != 0; }

constexpr size_t kRemarkBytesMax = 2048;  // kept

bool IsNamedError(std::string_view name) {
  return absl::EqualsIgnoreCase(absl::string_view(name.data(), name.size()), "error");
}

uint64_t Growth(uint64_t total, uint64_t before) { return total - std::min(total, before); }

uint64_t Sum(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

}  // namespace

void ResponseReader::BeginResponse(const Options& options) {
  options_ = options;
  done_seen_ = has_error_ = other_choices_ = any_event_ = usage_on_chunk_ = false;
  usage_trusted_ = options.trust_usage;
  unknown_since_usage_ = counted_by_usage_ = total_is_final_ = total_is_too_much_ = false;
  token_fault_ = TokenFault::kNone;
  chunk_source_ = TokenSource::kUnknown;
  error_code_ = 0;
  last_parts_ = 0;
  passed_over_ = 0;
  passed_over_first_ = nullptr;
  for (std::string* text : {&error_, &finish_reason_, &response_id_, &remark_}) {
    text->clear();
  }
  keeper_.BeginReply(options.keep);
  output_hash_.reset();
  chunks_ = counted_tokens_ = unknown_chunks_ = timed_tokens_ = 0;
  usage_outputs_ = usage_stalls_ = usage_sum_ = text_bytes_ = 0;
  usage_total_ = input_tokens_ = cached_tokens_ = reasoning_tokens_ = std::nullopt;
  speculation_.reset();
  tokens_per_iteration_.reset();
  timed_steps_.BeginResponse();
}

absl::Status ResponseReader::OnEvent(const SseParser::Event& event, ChunkFacts& facts) {
  if (event.name.empty() || event.name == "message") return OnEvent(event.data, facts);
  facts = ChunkFacts();
  if (IsNamedError(event.name)) {
    OnNamedError(event);
    return absl::OkStatus();
  }
  StreamEvent decoded;
  const bool counts = decoder_->Decode(event.data, decoded).ok() &&
                      (decoded.choices > 0 || decoded.done || decoded.error);
  if (counts) TakeEvent(decoded, facts);
  return absl::OkStatus();
}

absl::Status ResponseReader::OnEvent(std::string_view payload, ChunkFacts& facts) {
  facts = ChunkFacts();
  StreamEvent event;
  if (const absl::Status status = decoder_->Decode(payload, event); !status.ok()) return status;
  TakeEvent(event, facts);
  return absl::OkStatus();
}

void ResponseReader::PassOver(const char* what) {
  if (passed_over_++ == 0) passed_over_first_ = what;
}

void ResponseReader::OnNamedError(const SseParser::Event& event) {
  any_event_ = true;
  const std::string_view data = TrimmedText(event.data);
  const ErrorBody body = ParseErrorBody(data.empty() ? event.comment : data, /*http_status=*/200);
  OnError(body.message, body.code);
}

void ResponseReader::TakeEvent(StreamEvent& event, ChunkFacts& facts) {
  // What has been seen before is no output.
  if (event.text_so_far) {
    event.text.remove_prefix(std::min<uint64_t>(event.text.size(), text_bytes_));
  }
  if (event.passed_over > 0) PassOver(event.passed_over_first);
  if (!event.remark.empty() && remark_.empty()) {
    remark_ = event.remark.substr(0, kRemarkBytesMax);
  }
  if (event.done) {
    done_seen_ = true;
    return;
  }
  any_event_ = true;
  if (event.error) return OnError(event.error_message, event.error_code);
  if (response_id_.empty()) response_id_ = event.id;
  if (event.other_choices > 0) {
    other_choices_ = true;
    TakeFault(TokenFault::kOtherChoices);
  }
  // The counts on a chunk of another choice are that choice's own.
  const bool counts = event.choices == 0 || event.choices > event.other_choices;
  if (event.timings && counts) {
    facts.same_step = timed_steps_.AddTimings(*event.timings, HasOutput(event));
  }
  // Checked before it is used to count the chunk; below, it becomes the base for the next one.
  if (event.completion_tokens && counts) CheckUsage(event);
  if (event.choices > event.other_choices) OnChoice(event, facts);
  if (event.prompt_tokens) input_tokens_ = event.prompt_tokens;
  if (event.cached_tokens) cached_tokens_ = event.cached_tokens;
  if (event.reasoning_tokens) reasoning_tokens_ = event.reasoning_tokens;
  if (event.timings && counts) TakeTimings(event);
  if (event.completion_tokens && counts) TakeUsage(event);
  if (auto stats = decoder_->TakeSpeculation()) speculation_ = std::move(stats);
}

void ResponseReader::OnError(std::string_view message, int64_t code) {
  if (has_error_) return;  // the first one tells the cause
  has_error_ = true;
  error_ = message;
  error_code_ = code;
}

void ResponseReader::OnChoice(const StreamEvent& event, ChunkFacts& facts) {
  CountTokens(event, facts);
  const bool answer = !event.text.empty() || event.other_output;
  facts.reasoning = (!event.reasoning.empty() || event.other_reasoning) && !answer;
  if (!event.text.empty()) {
    text_bytes_ += event.text.size();
    output_hash_ = Fnv1a(event.text, output_hash_.value_or(kFnv1aStart));
  }
  keeper_.TakeEvent(event, facts.token_bearing);
  if (event.tokens_per_iteration) tokens_per_iteration_ = event.tokens_per_iteration;
  if (event.finish_reason.empty()) return;
  finish_reason_ = event.finish_reason;
  // A request that the server gave up looks like any other except for this reason.
  if (finish_reason_ == "abort" && !has_error_) {
    has_error_ = true;
    error_ = "the server aborted the request (finish reason abort)";
  }
}

void ResponseReader::CountTokens(const StreamEvent& event, ChunkFacts& facts) {
  if (UsageTells(event)) {
    CountChunk(Growth(*event.completion_tokens, counted_tokens_), TokenSource::kContinuousUsage,
               facts);
  } else if (event.token_ids.value_or(0) > 0) {
    CountChunk(*event.token_ids, TokenSource::kTokenIds, facts);
  } else if (TimingsTell(event)) {
    CountChunk(Growth(event.timings->predicted_n, counted_tokens_), TokenSource::kTimings, facts);
  } else if (event.logprob_tokens.value_or(0) > 0) {
    CountChunk(*event.logprob_tokens, TokenSource::kLogprobs, facts);
  } else if (HasOutput(event)) {
    facts.token_bearing = unknown_since_usage_ = true;
    ++chunks_;
    ++unknown_chunks_;
  }
}

// Whether the growth of the event's usage is the tokens of this chunk.
bool ResponseReader::UsageTells(const StreamEvent& event) const {
  if (!event.completion_tokens || !usage_trusted_ || unknown_since_usage_) return false;
  return !HoldsUsageBack(event);
}

// What the role chunk's usage says goes to the next chunk that has output, or more usage.
bool ResponseReader::HoldsUsageBack(const StreamEvent& event) const {
  const bool says_more = *event.completion_tokens > usage_total_.value_or(0);
  return event.role_only || (event.choices > 0 && !HasOutput(event) && !says_more);
}

// The same for its timings.  What grew by the events that begin and end a response has no chunk.
bool ResponseReader::TimingsTell(const StreamEvent& event) const {
  if (!event.timings || unknown_since_usage_ || !TimingsCount(event)) return false;
  return HasOutput(event) || (!event.role_only && event.finish_reason.empty());
}

bool ResponseReader::TimingsCount(const StreamEvent& event) const {
  return Growth(event.timings->predicted_n, counted_tokens_) <= GrowthMax();
}

uint64_t ResponseReader::GrowthMax() const {
  return other_choices_ ? kGrowthMax : options_.max_tokens.value_or(kGrowthMax);
}

void ResponseReader::CheckUsage(const StreamEvent& event) {
  total_is_too_much_ = IsTooMuch(*event.completion_tokens, event.choices);
  if (total_is_too_much_) {
    TakeFault(TokenFault::kAboveMaxTokens);
  } else if (usage_trusted_) {
    TakeFault(FaultOfUsage(event));
  }
}

// `chunks`: of the event, which are not counted yet.
bool ResponseReader::IsTooMuch(uint64_t total, uint64_t chunks) const {
  if (total <= GrowthMax()) return false;
  const bool grows = usage_trusted_ && !unknown_since_usage_;
  if (grows && Growth(total, counted_tokens_) > GrowthMax()) return true;
  return total > kTokensAChunkMax * (chunks_ + std::min<uint64_t>(chunks, 1));
}

TokenFault ResponseReader::FaultOfUsage(const StreamEvent& event) {
  const uint64_t total = *event.completion_tokens;
  const uint64_t before = usage_total_.value_or(0);
  if (total < before) return TokenFault::kUsageFalls;
  if (event.choices > 0 && HasOutput(event)) {
    if (total == 0) return TokenFault::kUsageLags;
    ++usage_outputs_;
    usage_sum_ = Sum(usage_sum_, total);
    const bool stalls = total <= (unknown_since_usage_ ? before : counted_tokens_);
    // Some send the parts of one step one by one, each with the step's usage.
    const bool same_part = std::exchange(last_parts_, PartsOf(event)) == PartsOf(event);
    if (stalls && same_part) ++usage_stalls_;
    // A chunk without a whole token, e.g. half a character, may come now and then.
    const bool many = usage_stalls_ > 1 && usage_stalls_ > usage_outputs_ / 10;
    return many ? TokenFault::kUsageStalls : TokenFault::kNone;
  }
  const bool is_end = event.choices == 0 || !event.finish_reason.empty();
  // If the last is the sum of the others, each of those counted only its own chunk.
  const bool is_sum = usage_outputs_ >= kSummandsMin && total > before && total == usage_sum_;
  return is_end && is_sum ? TokenFault::kUsageNotTotal : TokenFault::kNone;
}

// What usage told of chunks is forgotten: what comes now is counted from what else came.
void ResponseReader::TakeFault(TokenFault fault) {
  if (token_fault_ == TokenFault::kNone) token_fault_ = fault;
  if (fault == TokenFault::kNone || fault == TokenFault::kOtherChoices || !usage_trusted_) return;
  usage_trusted_ = false;
  counted_tokens_ = timed_tokens_;
}

void ResponseReader::TakeUsage(const StreamEvent& event) {
  const bool held_back = HoldsUsageBack(event);
  usage_total_ = event.completion_tokens;
  total_is_final_ = event.choices == 0 || !finish_reason_.empty();
  if (!usage_trusted_) return;
  usage_on_chunk_ |= event.choices > 0;
  if (*event.completion_tokens == 0 || held_back) return;
  counted_tokens_ = *event.completion_tokens;
  unknown_since_usage_ = false;
}

void ResponseReader::TakeTimings(const StreamEvent& event) {
  if (!TimingsCount(event)) return;
  timed_tokens_ = event.timings->predicted_n;
  counted_tokens_ = std::max(counted_tokens_, timed_tokens_);
  unknown_since_usage_ = false;
}

void ResponseReader::CountChunk(uint64_t tokens, TokenSource source, ChunkFacts& facts) {
  if (tokens == 0) return;
  facts.token_bearing = true;
  facts.tokens = static_cast<uint32_t>(std::min<uint64_t>(tokens, UINT32_MAX));
  ++chunks_;
  counted_tokens_ = Sum(counted_tokens_, tokens);
  counted_by_usage_ |= source == TokenSource::kContinuousUsage;
  chunk_source_ = std::max(chunk_source_, source);
}

TokenSource ResponseReader::token_source() const {
  if (!any_event_) return TokenSource::kUnknown;
  if (AllChunksKnown()) return chunk_source_;
  if (chunks_ == 0 && usage_on_chunk_ && usage_trusted_) return TokenSource::kContinuousUsage;
  const bool total_counts = usage_trusted_ || (total_is_final_ && !total_is_too_much_);
  return UsageCounts() && total_counts ? TokenSource::kTotalsOnly : TokenSource::kNone;
}

std::optional<uint64_t> ResponseReader::output_tokens() const {
  if (UsageCounts()) return usage_total_;
  if (AllChunksKnown()) return counted_tokens_;
  return std::nullopt;
}

bool ResponseReader::AllChunksKnown() const {
  const bool by_faulty_usage = counted_by_usage_ && !usage_trusted_;
  return chunks_ > 0 && unknown_chunks_ == 0 && !by_faulty_usage;
}

// A chunk that was counted otherwise, or not at all, came without timings.
std::optional<TimingsStats> ResponseReader::timings() const {
  return timed_steps_.Stats(
      {.all_timed = unknown_chunks_ == 0 && chunk_source_ <= TokenSource::kTimings,
       .at_max_tokens = finish_reason_ == "length" || finish_reason_ == "limit"});
}

// A total of 0 beside chunks is none.
bool ResponseReader::UsageCounts() const {
  return usage_total_ && (*usage_total_ > 0 || chunks_ == 0);
}

}  // namespace specctl
