// StepStore: the decoding steps of many requests, a few bytes each.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "common/speculation/acceptance.h"

namespace specctl {

// Sources of acceptance that a request can have, best first.
enum class StepSource : uint8_t { kStats, kTimings, kChunks };
inline constexpr size_t kStepSources = 3;

// How much a source tells of a request's steps.
enum class StepDetail : uint8_t {
  kNone,
  kDraftTokens,  // tokens drafted and accepted
  kSteps,        // the number of steps alone
  kCount,        // both of these
  kEach,         // also how long each step was, and which had a draft
};
inline constexpr size_t kStepDetails = 5;
// Whether a source that tells `told` tells all of `wanted`, which is not kNone.
constexpr bool Tells(StepDetail told, StepDetail wanted) {
  if (wanted == StepDetail::kDraftTokens && told == StepDetail::kSteps) return false;
  return told >= wanted;
}

// All decoding steps of one request after the prompt's, the last one too, from one source.
struct RequestSteps {
  StepDetail detail = StepDetail::kEach;
  uint64_t steps = 0;      // from kSteps on
  uint64_t delivered = 0;  // tokens that arrived after the prompt's step; from kSteps on
  // Steps with a draft; tokens drafted and accepted, those that were cut off the last step
  // included.  0 from chunks, and with kSteps.
  uint64_t drafts = 0, drafted = 0, accepted = 0;
  StepLengths lengths;  // with kEach
  // With kEach, not from chunks: [a]: drafts of a tokens that were all accepted; nullopt: how many
  // tokens each draft had is unknown.
  std::optional<std::vector<uint64_t>> spent;
  // A draft may have been a tree: it is then less deep than it has tokens.
  bool may_be_trees = false;
};

// A request's steps in sums; what is known of each step lies in the store.
struct StepSums {
  StepDetail detail = StepDetail::kNone;
  bool widths_known = false;  // `spent` is there
  bool may_be_trees = false;
  uint16_t lengths = 0, spent = 0;
  uint16_t cut_tokens = 0;  // delivered of a last step that may have been longer; 0: none was
  uint32_t steps = 0, delivered = 0;
  uint32_t drafts = 0, drafted = 0, accepted = 0;
  uint64_t at = 0;
};

// Not thread-safe.
class StepStore {
 public:
  StepSums AddSteps(const RequestSteps& steps);
  // Adds what is known of each step; nothing where sums.detail is less than kEach.
  void AddLengths(const StepSums& sums, StepLengths& lengths) const;
  void AddDrafts(const StepSums& sums, DraftOutcomes& drafts) const;

 private:
  std::deque<uint32_t> counts_;
};

}  // namespace specctl
