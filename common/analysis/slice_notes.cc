#include "common/analysis/slice_notes.h"

#include <optional>
#include <utility>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

// nullopt: each ok request has a value.
std::optional<std::string> HeaderNote(const std::string& header,
                                      std::span<const SettledRequest> requests) {
  uint64_t ok = 0, without = 0;
  for (const SettledRequest& request : requests) {
    ok += request.ok() ? 1 : 0;
    without += request.ok() && request.header == 0 ? 1 : 0;
  }
  if (without == 0) return std::nullopt;
  const std::string flag = absl::StrFormat("--slice-by-header %s", header);
  if (without == ok) return absl::StrFormat("%s: no response has this header", flag);
  return absl::StrFormat("%s: %d of %d ok responses lack it, and are in no slice by it", flag,
                         without, ok);
}

}  // namespace

std::vector<std::string> SliceNotes(const SliceTable& slices, const RunContext& run,
                                    std::span<const SettledRequest> requests) {
  std::vector<std::string> notes;
  for (size_t i = 0; i < kDimensions; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    if (!slices.IsDropped(dimension)) continue;
    notes.push_back(absl::StrFormat("no results by %s: it has more than %d values",
                                    DimensionName(dimension), SliceTable::kKeysMax));
  }
  const std::string& header = run.spec().slice_by_header;
  if (header.empty()) return notes;
  if (auto note = HeaderNote(header, requests)) notes.push_back(*std::move(note));
  return notes;
}

}  // namespace specctl
