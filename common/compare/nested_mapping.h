// NestedMapping: YAML of mappings and scalars, as files of floors are written, with its lines.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl {

struct NestedMapping {
  struct Entry;
  std::vector<Entry> entries;  // in the file's order
};

struct NestedMapping::Entry {
  std::string key;
  int line = 0;
  std::string scalar;  // where it has no mapping
  bool is_mapping = false;
  NestedMapping mapping;
};

// INVALID_ARGUMENT "LINE: ...": not YAML, a list, a key without a value or twice, nested more than
// 8 deep, or more than 10,000 entries.
absl::StatusOr<NestedMapping> ParseNestedMapping(std::string_view text);

}  // namespace specctl
