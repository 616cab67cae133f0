#include "tools/sim/token_model.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace specctl::sim {
namespace {

constexpr uint32_t kVocabulary = 32'000;
constexpr uint32_t kFirstWordId = 3;  // below are <unk>, <s> and </s>
constexpr uint64_t kBytesPerToken = 4;
constexpr uint64_t kTemplateTokensPerMessage = 4;
constexpr uint64_t kTemplateTokens = 3;  // the header of the reply

constexpr std::array<std::string_view, 64> kWords = {
    " the",    " of",     " and",    " to",     " in",     " that",  " is",      " was",
    " for",    " as",     " with",   " on",     " by",     " it",    " from",    " which",
    " light",  " harbor", " number", " value",  " result", " state", " return",  " first",
    " second", " each",   " other",  " when",   " then",   " where", " because", " while",
    " after",  " before", " under",  " over",   " small",  " large", " early",   " late",
    " model",  " step",   " draft",  " token",  " batch",  " queue", " server",  " client",
    " river",  " stone",  " winter", " summer", " letter", " paper", " music",   " answer",
    " reason", " method", " point",  " line",   " field",  " table", " window",  " morning"};

}  // namespace

uint32_t PromptTokens(uint64_t text_bytes, uint64_t messages) {
  // Rounded up: a text of one letter is one token.
  const uint64_t of_text = (text_bytes + kBytesPerToken - 1) / kBytesPerToken;
  const uint64_t of_template =
      messages == 0 ? 1 : messages * kTemplateTokensPerMessage + kTemplateTokens;
  return static_cast<uint32_t>(std::min<uint64_t>(of_text + of_template, UINT32_MAX));
}

uint32_t TokenId(const Draws& draws, uint64_t index) {
  const uint64_t bits = draws.Bits(Purpose::kToken, index);
  return kFirstWordId + static_cast<uint32_t>(bits % (kVocabulary - kFirstWordId));
}

std::string_view TokenText(uint32_t token_id) {
  return token_id == kEosTokenId ? std::string_view() : kWords[token_id % kWords.size()];
}

uint64_t EosLength(const Draws& draws, double eos_mean_tokens) {
  if (eos_mean_tokens <= 1) return 1;
  // Geometric, by inversion: each token is the last with probability 1 / mean.
  const double u = draws.Uniform(Purpose::kLength, 0);
  const double length = std::ceil(std::log1p(-u) / std::log1p(-1 / eos_mean_tokens));
  return static_cast<uint64_t>(std::clamp(length, 1.0, 1e12));
}

}  // namespace specctl::sim
