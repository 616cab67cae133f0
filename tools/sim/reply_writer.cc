#include "tools/sim/reply_writer.h"

#include "tools/sim/token_model.h"

namespace specctl::sim {

std::vector<uint32_t> PromptTokenIds(uint64_t prompt_hash, uint32_t prompt_tokens) {
  const Draws of_prompt{prompt_hash};
  std::vector<uint32_t> ids(prompt_tokens);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = TokenId(of_prompt, i);
  return ids;
}

}  // namespace specctl::sim
