// Follows one response from its first event to its last: tokens by chunk, finish, usage, errors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "common/engine/chunk_facts.h"
#include "common/engine/reply_keeper.h"
#include "common/engine/stream_decoder.h"
#include "common/engine/timed_steps.h"
#include "common/engine/token_accounting.h"
#include "common/net/sse_parser.h"

namespace specctl {

// Rules (../../docs/metrics.md): tokens of a chunk are the growth of usage.completion_tokens where
// continuous usage comes, else the number of token ids, else the growth of timings.predicted_n,
// else the number of logprobs, else unknown where there is output: text, reasoning, a tool call, or
// text in any other field of the delta.  The role chunk is no token: what its usage says is given
// to the next one.  A chunk whose usage grew but that has no text bears tokens; one with text whose
// usage did not grow (held-back text let go) bears none.  Growth after chunks of unknown tokens is
// theirs too, and is given to no chunk; an event without choices gives no chunk.  The server's last
// total is what counts, whatever the sum of the chunks.
//
// Usage on chunks is believed as long as it is cumulative and current; see TokenFault and
// token_fault().  From the event that shows that it is not, it is used no more for this response.
//
// Of events with a name those count that hold choices, [DONE] or an error: the others carry
// engines' extras (SGLang's ids, TensorRT-LLM's metrics).  One named "error" is an error whatever
// it holds: its words are its data, or its comment.
//
// [DONE] is not success: complete() needs a finish reason and no error, and the finish reason
// "abort" (SGLang) is an error.  Of several choices the one with index 0 is followed.
class ResponseReader {
 public:
  struct Options {
    ReplyKeeper::Parts keep = {};             // for the next turn or --save-text
    bool trust_usage = true;                  // else usage on events with choices tells of no chunk
    std::optional<uint64_t> max_tokens = {};  // what the request allows; absent: unknown
  };
  // `decoder` is shared by all readers of a reactor and outlives them.
  explicit ResponseReader(StreamDecoder& decoder) : decoder_(&decoder) {}

  void BeginResponse(const Options& options);  // a next response

  // INVALID_ARGUMENT where the payload can't be decoded.  An error event is not an error here: see
  // error().
  absl::Status OnEvent(const SseParser::Event& event, ChunkFacts& facts);
  // The same for an event without a name.
  absl::Status OnEvent(std::string_view payload, ChunkFacts& facts);
  // Counts something else that was passed over; `what` outlives the reader.
  void PassOver(const char* what);

  bool complete() const { return !finish_reason_.empty() && !has_error_; }
  bool done_seen() const { return done_seen_; }
  bool has_error() const { return has_error_; }
  const std::string& error() const { return error_; }  // message of the error event
  int64_t error_code() const { return error_code_; }
  const std::string& finish_reason() const { return finish_reason_; }
  const std::string& response_id() const { return response_id_; }
  KeptReply kept() const { return keeper_.reply(); }                    // what Options say
  std::optional<uint64_t> output_hash() const { return output_hash_; }  // FNV-1a of the answer
  uint64_t chunks() const { return chunks_; }                           // token-bearing
  bool other_choices() const { return other_choices_; }  // there were some, passed over
  std::optional<uint64_t> max_tokens() const { return options_.max_tokens; }  // as given
  // The first that was seen: kUsageFalls where usage falls, at the end too; kUsageStalls where it
  // did not grow with more than one and more than a tenth of the events with output and it that do
  // not begin another part of their step; kUsageLags where it was 0 beside output; kUsageNotTotal
  // where the total at the end is the sum of what the chunks had; kAboveMaxTokens where it grew by
  // more than the request allows, or is above that and above kTokensAChunkMax a chunk;
  // kOtherChoices where there were some.  Growth behind the last chunk is no fault: engines count
  // an end token, or what a stop string cut off.
  TokenFault token_fault() const { return token_fault_; }
  // What this response's chunks gave so far: the least of their sources, where each chunk had one;
  // else kTotalsOnly or, without any usage, kNone.  kUnknown before the first event.  Chunks that
  // were counted by usage with a fault had none, and a total is then one that came with the finish
  // or later, and has no fault of its own.
  TokenSource token_source() const;
  // The server's last total; without any usage the sum of the chunks where all are known.
  std::optional<uint64_t> output_tokens() const;
  std::optional<uint64_t> input_tokens() const { return input_tokens_; }
  std::optional<uint64_t> cached_tokens() const { return cached_tokens_; }
  std::optional<uint64_t> reasoning_tokens() const { return reasoning_tokens_; }
  uint64_t passed_over() const { return passed_over_; }                 // events with something so
  const char* passed_over_first() const { return passed_over_first_; }  // the first; or null
  // The beginning of the first event that is nothing a stream holds.
  const std::string& remark() const { return remark_; }
  const std::optional<SpeculationStats>& speculation() const { return speculation_; }
  std::optional<TimingsStats> timings() const;
  std::optional<double> tokens_per_iteration() const { return tokens_per_iteration_; }

 private:
  static constexpr uint64_t kTokensAChunkMax = 64;  // of a total that is above max_tokens
  static constexpr uint64_t kGrowthMax = 1u << 24;  // where max_tokens does not tell it
  static constexpr uint64_t kSummandsMin = 3;       // of a sum that is told from a growing total

  void TakeEvent(StreamEvent& event, ChunkFacts& facts);
  void OnNamedError(const SseParser::Event& event);
  void OnError(std::string_view message, int64_t code);
  void OnChoice(const StreamEvent& event, ChunkFacts& facts);
  void CheckUsage(const StreamEvent& event);
  bool IsTooMuch(uint64_t total, uint64_t chunks) const;
  TokenFault FaultOfUsage(const StreamEvent& event);
  void TakeFault(TokenFault fault);
  void TakeUsage(const StreamEvent& event);
  bool UsageTells(const StreamEvent& event) const;
  bool HoldsUsageBack(const StreamEvent& event) const;
  bool TimingsTell(const StreamEvent& event) const;
  bool TimingsCount(const StreamEvent& event) const;
  uint64_t GrowthMax() const;
  bool UsageCounts() const;
  bool AllChunksKnown() const;
  void CountTokens(const StreamEvent& event, ChunkFacts& facts);
  void TakeTimings(const StreamEvent& event);
  void CountChunk(uint64_t tokens, TokenSource source, ChunkFacts& facts);

  // In the order of what a chunk touches, and then the rest.
  StreamDecoder* decoder_;
  Options options_;
  bool done_seen_ = false, has_error_ = false, other_choices_ = false;
  bool any_event_ = false, usage_on_chunk_ = false, total_is_too_much_ = false;
  bool usage_trusted_ = true;         // on events with choices
  uint8_t last_parts_ = 0;            // of the last event with output and usage
  bool unknown_since_usage_ = false;  // a chunk of unknown tokens since the last total
  bool counted_by_usage_ = false;     // a chunk was
  bool total_is_final_ = false;       // usage_total_ came with the finish, or after
  TokenFault token_fault_ = TokenFault::kNone;
  TokenSource chunk_source_ = TokenSource::kUnknown;  // the least of the chunks' sources
  std::optional<uint64_t> output_hash_;
  uint64_t chunks_ = 0, passed_over_ = 0;
  uint64_t timed_tokens_ = 0;    // the last timings.predicted_n
  uint64_t counted_tokens_ = 0;  // the last total, and what chunks after it were counted to have
  uint64_t unknown_chunks_ = 0;  // token-bearing, tokens unknown
  uint64_t usage_outputs_ = 0, usage_stalls_ = 0;  // events with output and usage; without growth
  uint64_t usage_sum_ = 0, text_bytes_ = 0;        // over usage_outputs_; of the answer so far
  std::optional<uint64_t> usage_total_, input_tokens_, cached_tokens_, reasoning_tokens_;
  std::string response_id_, finish_reason_, error_, remark_;
  ReplyKeeper keeper_;
  int64_t error_code_ = 0;
  const char* passed_over_first_ = nullptr;
  std::optional<SpeculationStats> speculation_;
  std::optional<double> tokens_per_iteration_;  // as was said last
  TimedSteps timed_steps_;
};

}  // namespace specctl
