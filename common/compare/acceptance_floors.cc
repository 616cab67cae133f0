#include "common/compare/acceptance_floors.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/printable.h"
#include "common/compare/nested_mapping.h"

namespace specctl {
namespace {

using Entry = NestedMapping::Entry;

// InferenceX measures its golden AL on SPEED-Bench's coding questions.
constexpr std::string_view kGoldenCategory = "coding";
constexpr std::string_view kModes[] = {"thinking_off", "thinking_on"};

class FloorsReader {
 public:
  FloorsReader(const std::string& path, const FloorsOf& of) : of_(of) { floors_.path = path; }

  absl::StatusOr<AcceptanceFloors> Read(const NestedMapping& file) {
    // The forms are told apart by their second level: modes, or draft lengths.
    const bool golden = std::any_of(file.entries.begin(), file.entries.end(), HasModes);
    const absl::Status read = golden ? ReadGolden(file) : ReadCategories(file);
    if (!read.ok()) return read;
    if (floors_.categories.empty()) return Wrong(1, "has no floors");
    return std::move(floors_);
  }

 private:
  static bool IsPassedOver(const Entry& entry) { return entry.key.starts_with('_'); }

  static bool IsMode(const Entry& entry) {
    return std::find(std::begin(kModes), std::end(kModes), entry.key) != std::end(kModes);
  }
  static bool HasModes(const Entry& entry) {
    return std::any_of(entry.mapping.entries.begin(), entry.mapping.entries.end(), IsMode);
  }

  absl::Status Wrong(int line, const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrFormat("%s:%d: %s", floors_.path, line, what));
  }

  absl::Status Missing(int line, const std::string& what) const {
    return absl::NotFoundError(absl::StrFormat("%s:%d: %s", floors_.path, line, what));
  }

  absl::Status ReadCategories(const NestedMapping& file) {
    for (const Entry& entry : file.entries) {
      if (IsPassedOver(entry)) continue;
      if (absl::Status added = AddCategory(entry.key, entry); !added.ok()) return added;
    }
    return absl::OkStatus();
  }

  absl::Status ReadGolden(const NestedMapping& file) {
    std::vector<std::string> models;
    for (const Entry& model : file.entries) {
      if (IsPassedOver(model)) continue;
      models.push_back(model.key);
      // Other models' floors are not read: a mistake in them is not this run's.
      if (model.key == of_.model) return ReadModel(model);
    }
    return Missing(1,
                   absl::StrFormat("has no floors for the run's model %s, only for %s",
                                   Printable(of_.model), Printable(absl::StrJoin(models, ", "))));
  }

  absl::Status ReadModel(const Entry& model) {
    const std::string_view mode = kModes[of_.thinking ? 1 : 0];
    for (const Entry& entry : model.mapping.entries) {
      if (entry.key == mode) return AddCategory(kGoldenCategory, entry);
    }
    return Missing(
        model.line,
        absl::StrFormat("%s has no %s, which is needed: the run's answers have %s",
                        Printable(model.key), mode, of_.thinking ? "reasoning" : "no reasoning"));
  }

  absl::Status AddCategory(std::string_view name, const Entry& entry) {
    if (!entry.is_mapping) {
      return Wrong(entry.line, absl::StrFormat("%s: need floors by draft length, e.g. {3: 2.5}",
                                               Printable(entry.key)));
    }
    CategoryFloors category{.name = std::string(name), .line = entry.line, .by_draft_length = {}};
    for (const Entry& floor : entry.mapping.entries) {
      if (absl::Status added = AddFloor(floor, category); !added.ok()) return added;
    }
    if (category.by_draft_length.empty()) return Wrong(entry.line, "has no floors");
    floors_.categories.push_back(std::move(category));
    return absl::OkStatus();
  }

  absl::Status AddFloor(const Entry& entry, CategoryFloors& category) const {
    uint32_t draft_length = 0;
    double floor = 0;
    // A draft yields at least its bonus token, so that no acceptance length is below 1.
    if (!ReadNumber(entry.key, draft_length) || draft_length == 0) {
      return Wrong(entry.line, absl::StrFormat("need a draft length of 1 or more, got \"%s\"",
                                               Printable(entry.key)));
    }
    if (entry.is_mapping || !ReadNumber(entry.scalar, floor) || !(floor >= 1) ||
        !std::isfinite(floor)) {
      return Wrong(
          entry.line,
          absl::StrFormat("draft length %d: need an acceptance length of 1 or more, got %s",
                          draft_length,
                          entry.is_mapping ? "a mapping" : "\"" + Printable(entry.scalar) + "\""));
    }
    category.by_draft_length[draft_length] = floor;
    return absl::OkStatus();
  }

  template <class T>
  static bool ReadNumber(const std::string& text, T& number) {
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    // All of the text: "3x" is not a number.
    return error == std::errc() && stopped == end;
  }

  const FloorsOf of_;
  AcceptanceFloors floors_;
};

}  // namespace

absl::StatusOr<AcceptanceFloors> ParseAcceptanceFloors(const std::string& path,
                                                       std::string_view text, const FloorsOf& of) {
  const absl::StatusOr<NestedMapping> file = ParseNestedMapping(text);
  if (!file.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s:%s", path, std::string(file.status().message())));
  }
  return FloorsReader(path, of).Read(*file);
}

}  // namespace specctl
