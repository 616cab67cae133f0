#include "tools/sim/reply.h"

#include <algorithm>
#include <utility>

#include "tools/sim/token_model.h"

namespace specctl::sim {

Reply::Reply(InferenceRequest request, ReplyIdentity identity, const ReplyOptions& options,
             Draws draws, const Flavour& flavour)
    : request_(std::move(request)),
      identity_(std::move(identity)),
      options_(options),
      draws_(draws),
      flavour_(flavour),
      writer_(flavour.NewWriter(request_, identity_)),
      head_sent_(flavour.HeadAtAdmission()) {}

std::string Reply::Begin(const ReplyHead& head) {
  state_.begun = head.date;
  if (!request_.stream || !flavour_.HeadAtAdmission()) return "";
  return flavour_.StreamHeadBytes(head);
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
  // What an API process does under load: the tokens go out with the next step's chunk.
  const bool merged = !state_.finished() && step.step > 0 &&
                      draws_.Uniform(Purpose::kMerge, step.step) < options_.merge_share;
  if (merged) return pieces;
  // Some servers send it with the first event only.
  if (!std::exchange(head_sent_, true)) {
    pieces.push_back({.bytes = flavour_.StreamHeadBytes(head)});
  }
  if (!writer_->WriteEvents(state_, pieces)) return pieces;
  state_.text_sent = state_.text.size();
  state_.ids_sent = state_.ids.size();
  ++state_.events_sent;
  return pieces;
}

void Reply::TakeStep(const StepOutput& step, UnixTime now) {
  state_.step = step;
  state_.now = now;
  if (step.step == 0) state_.first_token = now;
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
    const uint32_t id = eos ? kEosTokenId : TokenId(draws_, index);
    const bool textless = draws_.Uniform(Purpose::kTextless, index) < options_.textless_share;
    const std::string_view text = textless ? std::string_view() : TokenText(id);
    state_.text += text;
    state_.ids.push_back(id);
    state_.token_texts.push_back(text);
  }
}

}  // namespace specctl::sim
