#include "tools/sim/reply.h"

#include <algorithm>
#include <utility>

#include "tools/sim/token_model.h"

namespace specctl::sim {
namespace {

// What some clients ask for in fields or headers of their own.
InferenceRequest AskedAsBy(const Quirks& quirks, InferenceRequest request, const Draws& of_reply) {
  const auto ask = [&](Quirk quirk, bool& field) {
    field = field || quirks.Happens(quirk, of_reply);
  };
  ask(Quirk::kLogprobs, request.logprobs);
  ask(Quirk::kProgress, request.return_progress);
  ask(Quirk::kPerfMetrics, request.return_perf_metrics);
  ask(Quirk::kFramedIds, request.framed_ids);
  ask(Quirk::kNoNulls, request.without_nulls);
  return request;
}

}  // namespace

Reply::Reply(InferenceRequest request, ReplyIdentity identity, const ReplyOptions& options,
             Draws draws, const Flavour& flavour)
    : draws_(draws),
      options_(options),
      request_(AskedAsBy(options_.quirks, std::move(request), draws_)),
      identity_(std::move(identity)),
      parts_(options_.quirks, request_, draws_),
      flavour_(flavour),
      writer_(flavour.NewWriter(request_, identity_)),
      head_sent_(flavour.HeadAtAdmission()) {
  state_.finish_apart = options_.quirks.Happens(Quirk::kEmptyFinish, draws_);
  state_.tells_reasoning = parts_.has_reasoning();
}

std::string Reply::Begin(const ReplyHead& head) {
  state_.begun = head.date;
  if (!request_.stream) return "";
  std::string opening;
  writer_->WriteOpening(state_, opening);
  if (options_.quirks.Happens(Quirk::kEmptyFirst, draws_)) writer_->WriteEmpty(state_, opening);
  if (opening.empty() && !flavour_.HeadAtAdmission()) return "";
  head_sent_ = true;
  return flavour_.StreamHeadBytes(head) + opening;
}

std::vector<ReplyPiece> Reply::OnStep(const StepOutput& step, const ReplyHead& head) {
  TakeStep(step, head.date);
  std::vector<ReplyPiece> pieces;
  if (!request_.stream) {
    // Not streamed: everything at the end, in one body.
    if (!state_.finished()) return pieces;
    PlainReply whole;
    whole.body = writer_->WholeBody(state_);
    pieces.push_back({.bytes = flavour_.PlainBytes(whole, head)});
    return pieces;
  }
  if (IsHeldBack()) return pieces;
  // Some servers send it with the first event only.
  if (!std::exchange(head_sent_, true)) {
    pieces.push_back({.bytes = flavour_.StreamHeadBytes(head)});
  }
  if (writer_->WriteEvents(state_, pieces)) {
    for (GrowingText* text : {&state_.text, &state_.reasoning, &state_.arguments}) {
      text->sent = text->all.size();
    }
    state_.ids_sent = state_.ids.size();
    state_.call_told = state_.call_begun;
    ++state_.events_sent;
  }
  AddWhatFollows(pieces);
  return pieces;
}

bool Reply::IsHeldBack() const {
  if (state_.finished() || state_.step.step == 0) return false;
  // What an API process does under load: the tokens go out with the next step's chunk.
  if (draws_.Uniform(Purpose::kMerge, state_.step.step) < options_.merge_share) return true;
  return options_.stream_interval > 1 && state_.unsent_ids().size() < options_.stream_interval;
}

// What comes between the events of two steps.
void Reply::AddWhatFollows(std::vector<ReplyPiece>& pieces) {
  if (state_.finished()) return;
  const uint64_t step = state_.step.step;
  if (options_.quirks.Happens(Quirk::kEmptyChunks, draws_, step)) {
    writer_->WriteEmpty(state_, pieces.emplace_back().bytes);
  }
  if (options_.quirks.Happens(Quirk::kKeepalive, draws_, step)) {
    AppendHttpChunk(":\n\n", pieces.emplace_back().bytes);
  }
}

void Reply::TakeStep(const StepOutput& step, UnixTime now) {
  state_.step = step;
  state_.now = now;
  if (step.step == 0) {
    state_.first_token = now;
    state_.cached_tokens = step.cached;
  }
  if (step.decode) ++state_.decode_steps;
  if (step.drafted > 0) {
    state_.drafted_steps.drafted.push_back(step.drafted);
    state_.drafted_steps.accepted.push_back(step.accepted);
  }
  // A request for no token at all still takes a step.
  const uint64_t room =
      request_.max_tokens - std::min<uint64_t>(request_.max_tokens, state_.tokens());
  const auto tokens = static_cast<uint32_t>(std::min<uint64_t>(step.tokens, room));
  for (uint32_t i = 0; i < tokens; ++i) {
    // The last token of a reply that ends by itself is the end of sequence, which has no text.
    const bool eos = step.finish == Finish::kStop && i + 1 == step.tokens;
    const uint64_t index = state_.tokens();
    const bool textless = draws_.Uniform(Purpose::kTextless, index) < options_.textless_share;
    // Those of a stop string are not shown.
    const bool has_text = !textless && step.finish != Finish::kStopString;
    TakeToken(has_text, eos ? kEosTokenId : TokenId(draws_, index));
  }
  if (step.finish == Finish::kStop && state_.call_begun) state_.step.finish = Finish::kToolCalls;
}

void Reply::TakeToken(bool has_text, uint32_t id) {
  const TokenPart part = parts_.PartOf(state_.tokens());
  const bool shown = has_text && part != TokenPart::kMark;
  const std::string_view text = shown ? TokenText(id) : std::string_view();
  switch (part) {
    case TokenPart::kAnswer:
      state_.text.all += text;
      break;
    case TokenPart::kReasoning:
      state_.reasoning.all += text;
      ++state_.reasoning_tokens;
      break;
    case TokenPart::kArguments:
      state_.arguments.all += text;
      break;
    case TokenPart::kMark:
      // The one behind the reasoning, or the one before the call.
      state_.call_begun = state_.call_begun || parts_.BeginsCall(state_.tokens());
      break;
  }
  state_.ids.push_back(id);
  state_.token_texts.push_back(text);
  state_.parts.push_back(part);
}

}  // namespace specctl::sim
