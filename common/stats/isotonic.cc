#include "common/stats/isotonic.h"

#include <cstddef>

namespace specctl {

std::vector<double> IsotonicFit(std::span<const WeighedValue> values) {
  struct Block {
    double mean, weight;
    size_t count;
  };
  std::vector<Block> blocks;
  for (const WeighedValue& each : values) {
    blocks.push_back({each.value, each.weight, 1});
    // A block below the one before it violates the order: both get their mean.
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean > blocks.back().mean) {
      const Block last = blocks.back();
      blocks.pop_back();
      Block& before = blocks.back();
      const double weight = before.weight + last.weight;
      before.mean = (before.mean * before.weight + last.mean * last.weight) / weight;
      before.weight = weight;
      before.count += last.count;
    }
  }
  std::vector<double> fit;
  for (const Block& block : blocks) fit.insert(fit.end(), block.count, block.mean);
  return fit;
}

}  // namespace specctl
