#include "common/analysis/header_values.h"

#include <algorithm>

#include <absl/strings/str_format.h>

namespace specctl {

uint8_t HeaderValues::NumberOf(std::string_view value) {
  if (value.empty()) return 0;
  const auto there = std::find(values_.begin(), values_.end(), value);
  const auto index = static_cast<uint8_t>(there - values_.begin());
  if (there != values_.end()) return index + 1;
  if (too_many()) return static_cast<uint8_t>(values_.size());
  values_.emplace_back(value);
  return index + 1;
}

std::optional<std::string> HeaderNote(std::string_view header, const HeaderValues& values,
                                      std::span<const SettledRequest> requests) {
  if (header.empty()) return std::nullopt;
  const std::string flag = absl::StrFormat("--slice-by-header %s", std::string(header));
  if (values.too_many()) {
    return absl::StrFormat("%s: it has more than %d values, so there are no slices by it", flag,
                           HeaderValues::kValuesMax);
  }
  uint64_t ok = 0, without = 0;
  for (const SettledRequest& request : requests) {
    ok += request.ok() ? 1 : 0;
    without += request.ok() && request.header == 0 ? 1 : 0;
  }
  if (without == 0) return std::nullopt;
  if (without == ok) return absl::StrFormat("%s: no response has this header", flag);
  return absl::StrFormat("%s: %d of %d ok responses lack it, and are in no slice by it", flag,
                         without, ok);
}

}  // namespace specctl
