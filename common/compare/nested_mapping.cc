#include "common/compare/nested_mapping.h"

#include <algorithm>

#include <absl/strings/str_format.h>
#include <yaml-cpp/yaml.h>

#include "common/base/printable.h"

namespace specctl {
namespace {

constexpr int kDepthMax = 8;
// Aliases let a short file stand for a huge tree.
constexpr size_t kEntriesMax = 10'000;

int LineOf(const YAML::Node& node) { return node.Mark().line + 1; }

absl::Status WrongLine(int line, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrFormat("%d: %s", line, what));
}

class MappingReader {
 public:
  absl::StatusOr<NestedMapping> ReadMapping(const YAML::Node& node, int depth) {
    if (depth > kDepthMax) return WrongLine(LineOf(node), "nested too deep");
    NestedMapping mapping;
    for (const auto& pair : node) {
      auto entry = ReadEntry(pair.first, pair.second, depth);
      if (!entry.ok()) return entry.status();
      // The library keeps both, and would give the first to whoever asks for one.
      const auto same =
          std::find_if(mapping.entries.begin(), mapping.entries.end(),
                       [&](const NestedMapping::Entry& other) { return other.key == entry->key; });
      if (same != mapping.entries.end()) {
        return WrongLine(entry->line, absl::StrFormat("%s is there twice, first in line %d",
                                                      Printable(entry->key), same->line));
      }
      mapping.entries.push_back(*std::move(entry));
    }
    return mapping;
  }

 private:
  absl::StatusOr<NestedMapping::Entry> ReadEntry(const YAML::Node& key, const YAML::Node& value,
                                                 int depth) {
    if (++entries_ > kEntriesMax) return WrongLine(LineOf(key), "too many entries");
    if (!key.IsScalar()) return WrongLine(LineOf(key), "a key that is not a word or number");
    NestedMapping::Entry entry{
        .key = key.Scalar(), .line = LineOf(key), .scalar = "", .is_mapping = value.IsMap()};
    if (value.IsScalar()) {
      entry.scalar = value.Scalar();
      return entry;
    }
    if (!value.IsMap()) {
      return WrongLine(entry.line,
                       absl::StrFormat(value.IsNull() ? "%s has no value"
                                                      : "%s is a list: need KEY: VALUE below it",
                                       Printable(entry.key)));
    }
    auto below = ReadMapping(value, depth + 1);
    if (!below.ok()) return below.status();
    entry.mapping = *std::move(below);
    return entry;
  }

  size_t entries_ = 0;
};

}  // namespace

absl::StatusOr<NestedMapping> ParseNestedMapping(std::string_view text) {
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (root.IsMap()) return MappingReader().ReadMapping(root, 1);
    return WrongLine(std::max(LineOf(root), 1),
                     root.IsNull() ? "empty: need keys and values" : "need KEY: VALUE");
  } catch (const YAML::Exception& error) {
    return WrongLine(error.mark.line + 1, error.msg);
  }
}

}  // namespace specctl
