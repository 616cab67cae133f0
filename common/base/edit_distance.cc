#include "common/base/edit_distance.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace specctl {

size_t EditDistance(std::string_view from, std::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  // Levenshtein's table, one row at a time: the distances of `from`'s first i characters.
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < from.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < to.size(); ++j) {
      const size_t substituted = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::string_view NearestName(std::string_view typed, std::span<const std::string_view> known) {
  constexpr size_t kTypedMax = 64, kBeginsMin = 3;
  // Longer ones are no slips, and would cost time.
  if (typed.size() > kTypedMax) return {};
  std::string_view nearest;
  size_t least = std::max<size_t>(typed.size() / 4, 1);  // the farthest that counts
  for (const std::string_view name : known) {
    // A name that was not typed to its end counts as nearest, however much is missing.
    const bool begins = typed.size() >= kBeginsMin && name.starts_with(typed);
    const size_t distance = begins ? 0 : EditDistance(typed, name);
    // The first of equals stays: names are in the order in which users meet them.
    if (distance > least || (distance == least && !nearest.empty())) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace specctl
