#include "common/stats/block_bootstrap.h"

#include <algorithm>
#include <cassert>

#include "common/base/hash.h"
#include "common/stats/quantiles.h"

namespace specctl {
namespace {

// Sums of the `block` cells from each one on.
std::vector<CellSum> BlockSums(std::span<const CellSum> cells, size_t block) {
  std::vector<CellSum> sums(cells.size());
  for (size_t first = 0; first < cells.size(); ++first) {
    for (size_t i = 0; i < block; ++i) {
      const CellSum& cell = cells[(first + i) % cells.size()];
      sums[first].sum += cell.sum;
      sums[first].count += cell.count;
    }
  }
  return sums;
}

// Numbers below `limit`, from a counter: no state that a library could change.
class Draws {
 public:
  Draws(uint64_t seed, size_t limit) : seed_(SplitMix64(seed)), limit_(limit) {}

  size_t Next() {
    // Two of 32 bits from each 64; the bias of the product is below 1e-7 for a few hundred cells.
    if (++drawn_ % 2 == 0) return Scaled(bits_ >> 32);
    bits_ = SplitMix64(seed_ + drawn_ / 2 * 0x9e3779b97f4a7c15);
    return Scaled(bits_ & 0xffffffff);
  }

 private:
  size_t Scaled(uint64_t bits) const { return static_cast<size_t>(bits * limit_ >> 32); }

  uint64_t seed_, bits_ = 0, drawn_ = 0;
  size_t limit_;
};

}  // namespace

std::vector<double> BootstrapMeans(std::span<const CellSum> cells, const BlockBootstrap& options) {
  assert(options.block >= 1 && options.block <= cells.size());
  const std::vector<CellSum> blocks = BlockSums(cells, options.block);
  const size_t drawn = (cells.size() + options.block - 1) / options.block;
  Draws draws(options.seed, blocks.size());
  std::vector<double> means;
  means.reserve(options.replicates);
  for (size_t replicate = 0; replicate < options.replicates; ++replicate) {
    CellSum total;
    for (size_t i = 0; i < drawn; ++i) {
      const CellSum& block = blocks[draws.Next()];
      total.sum += block.sum;
      total.count += block.count;
    }
    if (total.count > 0) means.push_back(total.sum / total.count);
  }
  return means;
}

TailValues TailsOf(std::vector<double> means, double tail) {
  const auto at = [&](double q) {
    const auto nth = means.begin() + static_cast<std::ptrdiff_t>(NearestRank(q, means.size()) - 1);
    std::nth_element(means.begin(), nth, means.end());
    return *nth;
  };
  return {.low = at(tail), .high = at(1 - tail)};
}

}  // namespace specctl
