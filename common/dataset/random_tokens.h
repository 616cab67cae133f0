// Prompts of random tokens, as throughput is often measured; not language.
#pragma once

#include <cstdint>

#include "common/dataset/builtin.h"
#include "common/dataset/dataset_name.h"

namespace specctl {

// Row i is offset_i + i, offset_i + i + 1, .. mod vocabulary, isl_tokens of them, from a random
// offset: what vLLM's random dataset and specdec_bench send before they decode it to text and
// encode it again [1], which changes its length.  Sent as ids, every server gets exactly
// isl_tokens.  The same for a seed on every platform.  Pure. [1] SPEED-Bench, arXiv 2604.09557,
// Sec. 5 (random tokens overestimate throughput with SD).
GeneratedRows GenerateRandomTokens(const RandomTokens& tokens, uint64_t seed);

}  // namespace specctl
