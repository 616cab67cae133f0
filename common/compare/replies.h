// Whether two runs gave the same answers: at temperature 0, is speculation lossless here?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/compare/run_sample.h"
#include "common/figures/figure_types.h"

namespace specctl {

// Where the answers of two runs to one question part.
struct ReplyDifference {
  std::string question_id;
  uint32_t turn = 0;
  uint64_t at_character = 0;  // from 1: the first that differs
  std::string a, b;           // the text around it
};

// Answers of two runs to the same questions and turns.
struct ReplyMatch {
  uint64_t compared = 0, differing = 0;
  Estimate share;  // differing / compared, with Wilson's 95 % interval
  // Where both runs kept their texts: the earliest difference of all, by question and turn; and the
  // median over the differing answers of where they part.
  std::optional<ReplyDifference> first;
  std::optional<uint64_t> median_character;
};

// A question that neither answers (both were cut while the model reasoned) is not compared.  A
// later turn is compared only where the earlier ones were equal: else its prompt differs, too.
// nullopt where they have no question in common.
std::optional<ReplyMatch> MatchReplies(const RunSample& a, const RunSample& b);

struct ReplyComparison {
  std::string why_not;              // not made; empty: made
  std::optional<ReplyMatch> match;  // A against B
  std::optional<ReplyMatch> floor;  // A against a second run of A (--floor)
  std::optional<Estimate> excess;   // share of the match - share of the floor
  bool more_than_floor = false;     // beyond noise: the 95 % interval of `excess` is above 0
};

// `floor` may be nullptr.
ReplyComparison CompareReplies(const RunSample& a, const RunSample& b, const RunSample* floor);

// In words, a sentence: "replies differ in 3.1 % (A against its floor 2.9 %): no sign of loss".
std::string RepliesText(const ReplyComparison& replies);

}  // namespace specctl
