#include "tools/sim/pace_stream.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace specctl::sim {
namespace {

constexpr std::string_view kTokenText = " token";

// Text of `tokens` tokens; valid until the next call.
std::string_view TextOfTokens(uint32_t tokens) {
  // Grows once to the largest chunk; the server has one thread.
  static std::string text;
  while (text.size() < tokens * kTokenText.size()) text += kTokenText;
  return std::string_view(text).substr(0, tokens * kTokenText.size());
}

std::vector<uint32_t> Ids(uint64_t count) { return std::vector<uint32_t>(count, 100); }

}  // namespace

PaceStream::PaceStream(InferenceRequest request, const ReplyIdentity& identity,
                       std::span<const uint32_t> tokens)
    : request_(std::move(request)), writer_(request_, identity), tokens_(tokens) {
  assert(request_.stream && !tokens_.empty());
}

uint32_t PaceStream::Next(std::string& out) {
  assert(!done());
  const bool first = chunks_ == 0;
  const bool with_ids = request_.return_token_ids;
  const std::vector<uint32_t> prompt_ids =
      first && with_ids ? Ids(request_.prompt_tokens) : std::vector<uint32_t>();
  const bool chat = request_.route == Route::kChat;
  if (first && chat) writer_.Role(prompt_ids, false, out);
  // The prompt's step gives one token, as in a real engine.
  const uint32_t planned = first ? 1 : tokens_[(chunks_ - 1) % tokens_.size()];
  const auto tokens =
      static_cast<uint32_t>(std::min<uint64_t>(planned, request_.max_tokens - sent_tokens_));
  sent_tokens_ += tokens;
  ++chunks_;
  const std::vector<uint32_t> ids = with_ids ? Ids(tokens) : std::vector<uint32_t>();
  const ContentEvent event{.text = TextOfTokens(tokens),
                           .token_ids = ids,
                           .completion_tokens = sent_tokens_,
                           .finish = done() ? Finish::kLength : Finish::kNo};
  // Completions have no role event: the prompt's ids come with the first text.
  writer_.Content(event, chat ? std::vector<uint32_t>() : prompt_ids, out);
  if (!done()) return tokens;
  if (request_.include_usage) writer_.Usage({.completion_tokens = sent_tokens_}, out);
  VllmEvents::End(out);
  return tokens;
}

}  // namespace specctl::sim
