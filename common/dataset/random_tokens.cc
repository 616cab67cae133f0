#include "common/dataset/random_tokens.h"

#include <cassert>
#include <set>
#include <string>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/counter_random.h"
#include "common/base/hash.h"

namespace specctl {

GeneratedRows GenerateRandomTokens(const RandomTokens& tokens, uint64_t seed) {
  assert(tokens.isl_tokens > 0 && tokens.vocabulary_tokens > 0);
  GeneratedRows generated;
  CounterRandom random(seed, Fnv1a("random tokens"));
  // The offsets tell all rows.
  std::string offsets =
      absl::StrFormat("random tokens %d of %d\n", tokens.isl_tokens, tokens.vocabulary_tokens);
  std::set<uint64_t> begins;
  for (uint64_t row = 0; row < tokens.rows(); ++row) {
    uint64_t offset = random.Below(tokens.vocabulary_tokens);
    // Two prompts that begin alike are the same, which a prefix cache would show.
    while (begins.size() < tokens.vocabulary_tokens &&
           !begins.insert((offset + row) % tokens.vocabulary_tokens).second) {
      offset = random.Below(tokens.vocabulary_tokens);
    }
    absl::StrAppendFormat(&offsets, "%d\n", offset);
    Message message;
    message.role = "user";
    message.token_ids.reserve(tokens.isl_tokens);
    for (uint64_t j = 0; j < tokens.isl_tokens; ++j) {
      const uint64_t id = (offset + row + j) % tokens.vocabulary_tokens;
      message.token_ids.push_back(static_cast<uint32_t>(id));
    }
    Conversation& conversation = generated.conversations.emplace_back();
    conversation.question_id = absl::StrFormat("random-%d", row);
    conversation.line = row + 1;
    conversation.turns.emplace_back().push_back(std::move(message));
  }
  generated.sha256 = Sha256Hex(offsets);
  return generated;
}

}  // namespace specctl
