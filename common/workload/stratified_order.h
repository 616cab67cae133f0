// The order in which a dataset's rows are sent.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace specctl {

// What order and limits need to know of a dataset row.
struct RowFacts {
  std::string category;
  std::string tier;
  uint32_t turns = 1;
};

// Order of a dataset: a seeded permutation, stratified so that every prefix has the strata (tier,
// category) in the dataset's proportions, and permuted again inside each stratum block, so that no
// stride i, i+n, i+2n picks one stratum.  Depends on (rows, seed) alone.
//
// Result: `order[k]` is the row that stands at order index k; a permutation of 0..rows-1.
std::vector<uint32_t> StratifiedOrder(std::span<const RowFacts> rows, uint64_t seed);

}  // namespace specctl
