// A small dataset that several tests share.
#pragma once

#include <string>

#include "common/dataset/dataset.h"

namespace specctl::fakes {

// Six one-turn conversations of 400 bytes, about 100 tokens, in two tiers by turns.
inline Dataset SixRows() {
  Dataset dataset;
  dataset.identity.name = "six";
  for (int i = 0; i < 6; ++i) {
    Conversation row;
    row.question_id = std::to_string(i);
    row.tier = i % 2 == 0 ? "mixed" : "low_entropy";
    row.turns = {{{.role = "user", .content = std::string(400, 'x')}}};
    dataset.conversations.push_back(row);
  }
  return dataset;
}

}  // namespace specctl::fakes
