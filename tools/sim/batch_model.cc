#include "tools/sim/batch_model.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>
#include <utility>

#include "tools/sim/acceptance_model.h"

namespace specctl::sim {
namespace {

constexpr size_t kCategoriesMax = 64;
constexpr std::string_view kFurtherCategories = "(others)";

template <class Sequences>
void EraseById(Sequences& sequences, uint64_t id) {
  std::erase_if(sequences, [id](const auto& sequence) { return sequence.spec.id == id; });
}

double Ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

BatchModel::BatchModel(const BatchOptions& options)
    : options_(options),
      prefix_cache_(options.kv_tokens_max / kBlockTokens),
      counters_(options.draft_length, options.bounds),
      iterations_(options.iterations_kept) {}

void BatchModel::AddSequence(SequenceSpec spec, MonoTime now) {
  assert(spec.output_tokens >= 1 && spec.acceptance.size() == options_.draft_length);
  Sequence sequence;
  sequence.prefill_target = spec.prompt_tokens;
  sequence.speculation = SpeculationCounts(options_.draft_length);
  sequence.spec = std::move(spec);
  sequence.arrived = now;
  sequence.last_output = now;
  waiting_.push_back(std::move(sequence));
  // Idle: its step begins at once.  Otherwise it waits for the end of the running one, as in vLLM.
  if (!step_end_) BeginStep(now);
}

void BatchModel::RemoveSequence(uint64_t id) {
  const auto is_it = [id](const Sequence& sequence) { return sequence.spec.id == id; };
  if (const auto found = std::ranges::find_if(running_, is_it); found != running_.end()) {
    CountEnd(*found, true);
  } else if (const auto other = std::ranges::find_if(waiting_, is_it); other != waiting_.end()) {
    CountEnd(*other, true);
  }
  EraseById(waiting_, id);
  EraseById(running_, id);
}

bool BatchModel::FlushPrefixCache() {
  if (!running_.empty() || !waiting_.empty()) return false;
  prefix_cache_.Clear();
  return true;
}

std::span<const StepOutput> BatchModel::Advance(MonoTime now) {
  assert(step_end_ && *step_end_ <= now);
  const MonoTime end = *step_end_;
  step_end_.reset();
  outputs_.clear();
  const uint64_t tokens_before = counters_.prompt_tokens + counters_.generation_tokens;
  pass_ = {.number = pass_.number + 1, .end = end, .length = step_length_};
  for (Sequence& sequence : running_) EndStepOf(sequence, end);
  CountPass(end);
  const uint64_t step_tokens =
      counters_.prompt_tokens + counters_.generation_tokens - tokens_before;
  for (const Sequence& sequence : running_) {
    if (sequence.produced < sequence.spec.output_tokens) continue;
    CountEnd(sequence, sequence.spec.finish == Finish::kAbort);
    ++pass_.completed;
  }
  // After the step: a request that ends in it still took part in it.
  std::erase_if(running_, [](const Sequence& sequence) {
    return sequence.produced >= sequence.spec.output_tokens;
  });
  counters_.iteration_tokens.Observe(static_cast<double>(step_tokens));
  LogPass();
  // Up to one step late the schedule is kept, so that steps don't drift; further behind it is given
  // up, or the engine would run many steps at once.
  const bool late = now - end > step_length_;
  if (late) ++counters_.overruns;
  BeginStep(late ? now : end);
  return outputs_;
}

void BatchModel::BeginStep(MonoTime begin) {
  // A request that was just preempted must not come back in the same step.
  if (!PreemptWhereFull()) Admit(begin);
  if (running_.empty()) return;
  const uint64_t tokens_a_decode = 1 + options_.draft_length;
  uint64_t decoding = 0;
  for (const Sequence& sequence : running_) decoding += sequence.decoding() ? 1 : 0;
  // Each decoding request verifies its draft and makes one token more; prompts get what is left.
  const uint64_t decode_tokens = decoding * tokens_a_decode;
  // A batch that uses up all tokens must not starve the prompts for ever.
  uint64_t budget = decode_tokens + kBlockTokens < options_.batched_tokens_max
                        ? options_.batched_tokens_max - decode_tokens
                        : kBlockTokens;
  uint64_t prefilled = 0;
  for (Sequence& sequence : running_) {
    sequence.chunk = std::min(budget, sequence.prefill_target - sequence.computed);
    budget -= sequence.chunk;
    prefilled += sequence.chunk;
  }
  step_length_ = StepTime(options_.time, {.decoding = decoding,
                                          .draft_tokens = options_.draft_length,
                                          .prefill_tokens = prefilled,
                                          .kv_tokens = KvTokens()});
  step_end_ = begin + step_length_;
}

void BatchModel::Admit(MonoTime now) {
  uint64_t kv_tokens = KvTokens();
  while (!waiting_.empty() && running_.size() < options_.batch_max) {
    // With room for the token that the prompt's step makes.
    const uint64_t needed = waiting_.front().prefill_target + 1;
    // Alone, a request runs even where it exceeds the cache: it never could otherwise.
    if (!running_.empty() && kv_tokens + needed > options_.kv_tokens_max) return;
    kv_tokens += needed;
    running_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    StartSequence(running_.back(), now);
  }
}

void BatchModel::StartSequence(Sequence& sequence, MonoTime now) {
  if (options_.prefix_cache) {
    const uint64_t hits =
        prefix_cache_.LookUpAndAdd(sequence.spec.prompt_blocks) * uint64_t{kBlockTokens};
    sequence.computed = hits;
    counters_.decode.cached_tokens += hits;
    if (!sequence.admitted_before) sequence.cached = hits;
    // A request that was preempted is not a second query: the counters are of requests.
    if (!sequence.admitted_before) {
      counters_.prefix_queries += sequence.spec.prompt_tokens;
      counters_.prefix_hits += hits;
    }
  }
  if (std::exchange(sequence.admitted_before, true)) return;
  counters_.queue_s.Observe(Seconds(now - sequence.arrived));
}

bool BatchModel::PreemptWhereFull() {
  bool preempted = false;
  // Never the last one: alone it runs whatever it needs.
  while (running_.size() > 1 &&
         KvTokens() + running_.size() * (1 + options_.draft_length) > options_.kv_tokens_max) {
    // The latest to be admitted, as in vLLM.
    Sequence& last = running_.back();
    last.computed = 0;
    // Its cache is gone: what it generated is computed again with the prompt, as in vLLM.
    last.prefill_target = last.spec.prompt_tokens + last.produced;
    waiting_.push_front(std::move(last));
    running_.pop_back();
    ++counters_.preemptions;
    preempted = true;
  }
  return preempted;
}

uint64_t BatchModel::KvTokens() const {
  uint64_t tokens = 0;
  for (const Sequence& sequence : running_) tokens += sequence.kv_tokens();
  return tokens;
}

void BatchModel::EndStepOf(Sequence& sequence, MonoTime end) {
  const bool decodes = sequence.decoding();
  ++(decodes ? pass_.decoding : pass_.prefilling);
  sequence.computed += sequence.chunk;
  counters_.decode.prefill_tokens += sequence.chunk;
  pass_.prefill_tokens += sequence.chunk;
  // Part of its prompt is still to be computed: no token yet.
  if (!sequence.decoding()) return;
  StepOutput output{.id = sequence.spec.id,
                    .tokens = 1,
                    .cached = static_cast<uint32_t>(sequence.cached),
                    .step = sequence.step};
  if (decodes) Verify(sequence, output);
  sequence.beyond_stop = EndByStopString(sequence, output.tokens);
  const uint64_t wanted = sequence.spec.output_tokens - sequence.produced;
  // The response's end cuts its last step.
  output.tokens = static_cast<uint32_t>(std::min<uint64_t>(output.tokens, wanted));
  if (output.tokens == wanted) output.finish = sequence.spec.finish;
  CountStep(sequence, output, end);
  if (output.step == 0) sequence.first_output = end;
  output.decode = decodes;
  if (decodes) {
    sequence.speculation.CountStep(output.drafted, output.accepted);
    pass_.tokens += 1 + output.accepted;
    pass_.drafts += output.drafted > 0 ? 1 : 0;
    pass_.draft_tokens += output.drafted;
    pass_.accepted_tokens += output.accepted;
  }
  sequence.produced += output.tokens;
  counters_.decode.longest_tokens =
      std::max(counters_.decode.longest_tokens, sequence.spec.prompt_tokens + sequence.produced);
  sequence.last_output = end;
  ++sequence.step;
  outputs_.push_back(output);
}

// Ends the reply in the middle of a step of `tokens`, where the stop string is due; returns how
// many the step makes beyond it.
uint32_t BatchModel::EndByStopString(Sequence& sequence, uint32_t tokens) {
  SequenceSpec& spec = sequence.spec;
  const bool due = spec.stop_string_from && sequence.produced >= *spec.stop_string_from;
  const uint64_t made = std::min<uint64_t>(tokens, spec.output_tokens - sequence.produced);
  // Its end by other means comes first.
  if (!due || made < 2 || made < tokens) return 0;
  spec.output_tokens = sequence.produced + made / 2;
  spec.finish = Finish::kStopString;
  return static_cast<uint32_t>(made - made / 2);
}

uint32_t BatchModel::DraftTokens(const Sequence& sequence, uint64_t step) const {
  if (options_.draft_length == 0) return 0;
  // As an n-gram drafter that finds nothing: a step of one token.
  if (sequence.spec.draws.Uniform(Purpose::kNoDraft, step) < options_.no_draft_share) return 0;
  if (!options_.drafts_fit_room) return options_.draft_length;
  // One of the tokens that may still come is the target model's own.
  const uint64_t room = sequence.spec.tokens_max - sequence.produced - 1;
  return static_cast<uint32_t>(std::min<uint64_t>(options_.draft_length, room));
}

void BatchModel::Verify(const Sequence& sequence, StepOutput& output) {
  output.drafted = DraftTokens(sequence, output.step);
  if (output.drafted == 0) return;
  output.accepted = std::min(
      output.drafted,
      AcceptanceModel::Accepted(sequence.spec.acceptance, sequence.spec.draws, output.step));
  output.tokens = 1 + output.accepted;
  // As vLLM counts: tokens that the response's end cuts off were accepted all the same.
  ++counters_.drafts;
  counters_.draft_tokens += output.drafted;
  counters_.accepted_tokens += output.accepted;
  for (uint32_t i = 0; i < output.accepted; ++i) ++counters_.accepted_by_position[i];
}

void BatchModel::CountStep(const Sequence& sequence, const StepOutput& output, MonoTime end) {
  counters_.generation_tokens += output.tokens;
  if (options_.counts_beyond_stop) counters_.generation_tokens += sequence.beyond_stop;
  if (output.step == 0) {
    counters_.prompt_tokens += sequence.spec.prompt_tokens;
    const double first_s = Seconds(end - sequence.arrived);
    counters_.first_token_s.Observe(first_s);
    if (!sequence.spec.streamed) counters_.whole_first_token_s.Observe(first_s);
  } else {
    CountGap(sequence, output, end);
  }
  if (output.finish != Finish::kNo) CountFinish(sequence, output.finish, end);
}

void BatchModel::CountFinish(const Sequence& sequence, Finish finish, MonoTime end) {
  switch (finish) {
    case Finish::kLength:
      ++counters_.finished_by_length;
      break;
    case Finish::kStop:
    case Finish::kStopString:
      ++counters_.finished_by_stop;
      break;
    default:
      break;  // aborted ones finish by neither
  }
  counters_.request_s.Observe(Seconds(end - sequence.arrived));
  if (!sequence.spec.streamed) counters_.whole_request_s.Observe(Seconds(end - sequence.arrived));
  counters_.request_prompt_tokens.Observe(sequence.spec.prompt_tokens);
  counters_.request_generation_tokens.Observe(static_cast<double>(sequence.spec.output_tokens));
}

void BatchModel::CountGap(const Sequence& sequence, const StepOutput& output, MonoTime end) {
  const double gap_s = Seconds(end - sequence.last_output);
  switch (options_.token_gaps) {
    case TokenGaps::kSteps:
      counters_.token_gap_s.Observe(gap_s);
      return;
    case TokenGaps::kTokens:
      if (!sequence.spec.streamed) return;
      counters_.token_gap_s.Observe(gap_s / output.tokens, output.tokens);
      return;
    case TokenGaps::kRequests:
      if (output.finish == Finish::kNo || sequence.spec.output_tokens < 2) return;
      counters_.token_gap_s.Observe(Seconds(end - sequence.first_output) /
                                    static_cast<double>(sequence.spec.output_tokens - 1));
      return;
  }
}

void BatchModel::CountEnd(const Sequence& sequence, bool aborted) {
  EndedRequests ended(options_.draft_length);
  ended.aborted = aborted ? 1 : 0;
  // One that was given up before its first token is counted as aborted, and nowhere else.
  if (sequence.produced > 0) {
    ended.requests = 1;
    ended.prompt_tokens = sequence.spec.prompt_tokens;
    ended.cached_tokens = sequence.cached;
    ended.generation_tokens = sequence.produced;
    ended.tokens_beyond_stop = sequence.beyond_stop;
    ended.decode_s = Seconds(sequence.last_output - sequence.first_output);
    ended.speculation = sequence.speculation;
  }
  if (sequence.spec.has_request_id) counters_.ended_with_request_id.Add(ended);
  (sequence.spec.streamed ? counters_.ended_streamed : counters_.ended_whole).Add(ended);
  const bool known = counters_.ended_by_category.contains(sequence.spec.category);
  // Clients name categories as they like.
  const std::string category = known || counters_.ended_by_category.size() < kCategoriesMax
                                   ? sequence.spec.category
                                   : std::string(kFurtherCategories);
  counters_.ended_by_category.try_emplace(category, options_.draft_length).first->second.Add(ended);
}

void BatchModel::LogPass() {
  if (options_.iterations_kept == 0) return;
  // Those that have just ended took part in it.
  pass_.running = running_.size() + pass_.completed;
  pass_.waiting = waiting_.size();
  pass_.kv_tokens = KvTokens();
  pass_.drafting =
      DraftTime(options_.time, {.decoding = pass_.decoding, .draft_tokens = options_.draft_length});
  iterations_.Add(pass_);
}

void BatchModel::CountPass(MonoTime end) {
  DecodeProgress& decode = counters_.decode;
  decode.requests += pass_.prefilling + pass_.decoding;
  if (pass_.prefilling > 0) ++decode.prefill_passes;
  const bool follows = std::exchange(decoded_before_, pass_.decoding > 0);
  if (pass_.decoding == 0) return;
  ++decode.passes;
  decode.tokens += pass_.tokens;
  if (follows) {
    const auto rows = static_cast<double>(pass_.decoding);
    const double us = Seconds(step_length_) * 1e6;
    const std::array<double, 6> moments = {
        1, rows, us, rows * rows, rows * us, static_cast<double>(pass_.tokens)};
    for (size_t i = 0; i < moments.size(); ++i) decode.moments[i] += moments[i];
  }
  if (interval_passes_ == 0) interval_begin_ = end - step_length_;
  interval_.decoding += pass_.decoding;
  interval_.tokens += pass_.tokens;
  interval_.draft_tokens += pass_.draft_tokens;
  interval_.accepted_tokens += pass_.accepted_tokens;
  if (++interval_passes_ < options_.decode_interval) return;
  decode.interval_tokens_per_step = Ratio(interval_.tokens, interval_.decoding);
  decode.interval_accept_rate = Ratio(interval_.accepted_tokens, interval_.draft_tokens);
  decode.interval_tokens_per_s =
      static_cast<double>(interval_.tokens) / Seconds(end - interval_begin_);
  interval_ = {};
  interval_passes_ = 0;
}

EngineGauges BatchModel::gauges() const {
  const double kv_tokens = static_cast<double>(KvTokens());
  return {.running = running_.size(),
          .waiting = waiting_.size(),
          .kv_cache_usage = std::min(1.0, kv_tokens / static_cast<double>(options_.kv_tokens_max))};
}

}  // namespace specctl::sim
