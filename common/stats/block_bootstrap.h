// Block bootstrap: what chance does to a mean over time whose neighbours are alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace specctl {

// Values that fell into one of many equal stretches of time.
struct CellSum {
  double sum = 0, count = 0;
};

// Means of `replicates` resampled series: as many blocks of `block` consecutive cells as hold
// all of them (up to block - 1 cells more than there are), the last cell being followed by the
// first (circular block bootstrap: Politis and Romano, in Exploring the Limits of Bootstrap, 1992;
// Kuensch, Annals of Statistics 17, 1989). The same seed gives the same means.  Blocks without a
// value leave a replicate to the others; empty where no cell has one.  `block` in 1 ..
// cells.size().
struct BlockBootstrap {
  size_t block = 1;
  size_t replicates = 999;
  uint64_t seed = 0;
};
std::vector<double> BootstrapMeans(std::span<const CellSum> cells, const BlockBootstrap& options);

// The two quantiles of `means`, `tail` and 1 - `tail`, by nearest rank; needs one or more.
struct TailValues {
  double low = 0, high = 0;
};
TailValues TailsOf(std::vector<double> means, double tail);

}  // namespace specctl
