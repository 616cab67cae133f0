// Floors of the acceptance length, by category and draft length, from a file:
//
//   # tokens per draft
//   coding: {1: 1.78, 2: 2.35, 3: 2.71}
//   math:
//     3: 2.5
//
// or in the form of InferenceX's golden AL, whose floors are of SPEED-Bench's coding questions:
//
//   llama-3.1-8b:
//     thinking_off: {1: 1.78, 2: 2.35}
//   _metadata: {...}       # keys that begin with _ are passed over
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl {

inline constexpr std::string_view kAllCategories = "all";  // every question of the run

struct CategoryFloors {
  std::string name;
  int line = 0;
  std::map<uint32_t, double> by_draft_length;
};

struct AcceptanceFloors {
  std::string path;  // for errors
  std::vector<CategoryFloors> categories;
};

// What chooses among the models and modes of a golden AL.
struct FloorsOf {
  std::string model;      // as the run's servers name it
  bool thinking = false;  // the run's answers have reasoning
};

// INVALID_ARGUMENT "path:line: ...": not of that form, a floor below 1, or a draft length of 0.
// NOT_FOUND, with the place, too: a golden AL without that model or mode; the file may still have
// those of another run.
absl::StatusOr<AcceptanceFloors> ParseAcceptanceFloors(const std::string& path,
                                                       std::string_view text, const FloorsOf& of);

}  // namespace specctl
