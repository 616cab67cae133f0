// The builtin dataset: text of our own in SPEED-Bench's shape, for trying things.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/dataset/conversation.h"
#include "common/dataset/dataset_name.h"

namespace specctl {

struct GeneratedRows {
  std::vector<Conversation> conversations;
  std::string sha256;  // of the SHA-256 lines of its rows
};

// The rows that `name` (of the family kBuiltin) selects; the same text for a seed on every
// platform, and the rows of a category are the same alone as in the whole.
//
// qualitative: 11 categories of 80 rows, a part of them multi-turn.  throughput_<isl>: three tiers
// of 512 rows of one turn, of about <isl> tokens (4 characters counted as a token, whatever the
// model's tokenizer).  No two first turns are the same, and those of the throughput rows differ
// from the first characters on, so that no prefix cache hits by accident.
GeneratedRows GenerateBuiltin(const DatasetName& name, uint64_t seed);

}  // namespace specctl
