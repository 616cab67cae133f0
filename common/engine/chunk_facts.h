// What one event of a stream means for the measurement.
#pragma once

#include <cstdint>
#include <optional>

namespace specctl {

struct ChunkFacts {
  bool token_bearing = false;      // has tokens, or may have (tokens unknown)
  std::optional<uint32_t> tokens;  // nullopt with token_bearing: unknown
  bool reasoning = false;
  bool same_step = false;  // as the chunk before: its tokens are of one draft
};

}  // namespace specctl
