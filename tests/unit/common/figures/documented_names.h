// The names that docs/metrics.md lists, to hold against a table of names.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "common/figures/name_table.h"

namespace specctl::testing {

inline std::string MetricsDocument() {
  const char* const root = std::getenv("SPECCTL_SOURCE_DIR");
  EXPECT_NE(root, nullptr) << "set by ctest";
  std::ifstream file(std::string(root == nullptr ? "." : root) + "/docs/metrics.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

// The lines from "## heading" to the next "## ".
inline std::string Section(const std::string& document, const std::string& heading) {
  const std::string first = "\n## " + heading + "\n";
  const size_t begin = document.find(first);
  if (begin == std::string::npos) return "";
  const size_t end = document.find("\n## ", begin + first.size());
  return document.substr(begin + first.size(), end - begin - first.size());
}

// What stands in backquotes.
inline std::multiset<std::string> Quoted(std::string_view text) {
  std::multiset<std::string> names;
  while (true) {
    const size_t begin = text.find('`');
    if (begin == std::string_view::npos) return names;
    const size_t end = text.find('`', begin + 1);
    if (end == std::string_view::npos) return names;
    names.emplace(text.substr(begin + 1, end - begin - 1));
    text.remove_prefix(end + 1);
  }
}

// What stands in backquotes in the first cell of the section's tables' rows; a name that stands in
// two rows is there twice.
inline std::multiset<std::string> NamesInTables(const std::string& section) {
  std::multiset<std::string> names;
  for (size_t at = 0; at < section.size();) {
    const size_t end = std::min(section.find('\n', at), section.size());
    const std::string_view line = std::string_view(section).substr(at, end - at);
    if (line.starts_with("| `")) names.merge(Quoted(line.substr(0, line.find('|', 1))));
    at = end + 1;
  }
  return names;
}

template <class Enum>
std::multiset<std::string> NamesOf(std::span<const NamedValue<Enum>> table) {
  std::multiset<std::string> names;
  for (const NamedValue<Enum>& named : table) names.emplace(named.name);
  return names;
}

}  // namespace specctl::testing
