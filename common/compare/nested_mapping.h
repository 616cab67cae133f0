// NestedMapping: the part of YAML that files of floors are written in: mappings of mappings and
// scalars, by indentation or in braces.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl {

// Keys and scalars are plain (up to a comment or the line's end; in braces up to , or }) or in
// quotes without escapes.  No lists, anchors, tags or texts of several lines.
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

// INVALID_ARGUMENT "LINE: ...": of another form, a key twice, or nested more than 8 deep.
absl::StatusOr<NestedMapping> ParseNestedMapping(std::string_view text);

}  // namespace specctl
