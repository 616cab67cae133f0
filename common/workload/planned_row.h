// PlannedRow: what is known of a conversation without its text.
#pragma once

#include <cstdint>
#include <string>

namespace specctl {

// A dataset row that the workload may send, so that reports need no dataset.
struct PlannedRow {
  uint64_t order_index = 0;
  std::string question_id, category, sub_category, tier;
  std::string difficulty;  // as SPEED-Bench names it (easy, medium, hard); empty: none
  std::string model;       // its own; empty: the target's
  uint32_t turns = 1;
  bool has_stop = false;     // its own request fields have `stop`
  bool ignores_eos = false;  // its own request fields have `ignore_eos`: true
};

}  // namespace specctl
