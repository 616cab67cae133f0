// PrefixCache: which blocks of earlier prompts the simulated engine still holds.
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace specctl::sim {

inline constexpr uint32_t kBlockTokens = 16;

// Hashes of the whole blocks of a prompt of `prompt_tokens` tokens, each of the text up to and with
// its block.  The last token is always computed, so it is in no block.
std::vector<uint64_t> PromptBlocks(std::string_view prompt_text, uint32_t prompt_tokens);

// The most recently used `blocks_max` blocks.  Not thread-safe.
class PrefixCache {
 public:
  explicit PrefixCache(size_t blocks_max) : blocks_max_(blocks_max) {}

  // Number of leading blocks that are held; then holds all of `blocks`.
  uint32_t LookUpAndAdd(std::span<const uint64_t> blocks);

  // Holds nothing any more.
  void Clear();

 private:
  void Hold(uint64_t block);

  const size_t blocks_max_;
  std::list<uint64_t> by_use_;  // most recent first
  std::unordered_map<uint64_t, std::list<uint64_t>::iterator> held_;
};

}  // namespace specctl::sim
