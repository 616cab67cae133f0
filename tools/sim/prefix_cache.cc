#include "tools/sim/prefix_cache.h"

#include <algorithm>

#include "common/base/hash.h"

namespace specctl::sim {

std::vector<uint64_t> PromptBlocks(std::string_view prompt_text, uint32_t prompt_tokens) {
  constexpr size_t kBlockBytes = kBlockTokens * 4;  // as PromptTokens() counts
  const size_t blocks =
      std::min<size_t>(prompt_text.size() / kBlockBytes,
                       prompt_tokens == 0 ? 0 : (prompt_tokens - 1) / kBlockTokens);
  std::vector<uint64_t> hashes;
  uint64_t state = kFnv1aStart;
  for (size_t i = 0; i < blocks; ++i) {
    // Of all the text so far: a block is shared where its whole prefix is.
    state = Fnv1a(prompt_text.substr(i * kBlockBytes, kBlockBytes), state);
    hashes.push_back(state);
  }
  return hashes;
}

uint32_t PrefixCache::LookUpAndAdd(std::span<const uint64_t> blocks) {
  uint32_t hits = 0;
  // Only from the beginning: a block is of use with all before it.
  while (hits < blocks.size() && held_.contains(blocks[hits])) ++hits;
  for (const uint64_t block : blocks) Hold(block);
  return hits;
}

void PrefixCache::Clear() {
  by_use_.clear();
  held_.clear();
}

void PrefixCache::Hold(uint64_t block) {
  if (const auto found = held_.find(block); found != held_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return;
  }
  by_use_.push_front(block);
  held_.emplace(block, by_use_.begin());
  // The one that was used the longest ago.
  if (held_.size() <= blocks_max_) return;
  held_.erase(by_use_.back());
  by_use_.pop_back();
}

}  // namespace specctl::sim
