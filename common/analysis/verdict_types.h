// What a verdict says.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/figures/label.h"
#include "common/figures/reason.h"

namespace specctl {

enum class VerdictState { kValid, kDegraded, kInvalid };

struct VerdictReason {
  ReasonCode code{};
  std::string text;
  uint64_t windows = 0;  // windows that have it; 0: it is the run's

  std::string_view name() const { return ReasonName(code); }
};

struct VerdictLabel {
  Label code{};
  std::string text;
  uint64_t windows = 0;  // windows that have it; 0: it is the run's

  std::string_view name() const { return LabelName(code); }
};

inline bool HasLabel(std::span<const VerdictLabel> labels, Label code) {
  return std::any_of(labels.begin(), labels.end(),
                     [&](const VerdictLabel& label) { return label.code == code; });
}

struct Verdict {
  VerdictState state = VerdictState::kValid;
  std::vector<VerdictReason> reasons;
  std::vector<VerdictLabel> labels;
  std::vector<std::string> checks_not_made;  // in the words of the page
  uint64_t windows = 0, windows_degraded = 0, windows_invalid = 0;
};

}  // namespace specctl
