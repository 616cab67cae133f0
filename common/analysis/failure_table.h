// FailureTable: why requests were not ok, counted by cause.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/analysis/results.h"

namespace specctl {

// Reasons that differ in their numbers alone (times, ids, ports) are one cause, told in the words
// of the first.  At most kCausesMax causes are told apart, and kReasonsMax of one text; what comes
// after them is counted under its text, without a reason.  Pure.
class FailureTable {
 public:
  static constexpr size_t kCausesMax = 500;
  static constexpr size_t kReasonsMax = 20;

  // `error`: as the agent says it; the URL in front of it is left out.
  void AddFailure(const std::string& text, std::string_view error);
  // Most frequent first.
  std::vector<FailureCause> Causes() const;

 private:
  using Key = std::pair<std::string, std::string>;  // text, and reason without its numbers
  std::map<Key, FailureCause> causes_;
  std::map<std::string, size_t> reasons_;  // of a text
};

}  // namespace specctl
