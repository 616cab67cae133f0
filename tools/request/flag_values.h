// Values of flags, from their texts; errors begin with the flag's name.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <absl/strings/str_format.h>

#include "common/base/clock.h"

namespace specctl::cli {

// INVALID_ARGUMENT "FLAG: WHAT".
absl::Status BadFlag(std::string_view flag, std::string_view what);

// The one of several values that `text` names.
template <class T, size_t n>
absl::StatusOr<T> OneOf(std::string_view flag, std::string_view text,
                        const std::array<T, n>& values, std::string_view (*name)(T)) {
  std::string names;
  for (size_t i = 0; i < n; ++i) {
    if (name(values[i]) == text) return values[i];
    if (i > 0) names += i + 1 < n ? ", " : " or ";
    names += name(values[i]);
  }
  return BadFlag(flag, absl::StrFormat("need %s, got \"%s\"", names, text));
}

// A duration from 0 on; `out` stays as it is where there is no text.
absl::Status TakeDuration(std::string_view flag, const std::optional<std::string>& text,
                          Nanos& out);
// The same, above 0.
absl::Status TakeTimeout(std::string_view flag, const std::optional<std::string>& text, Nanos& out);

// A finite decimal number; the error names no flag.
absl::StatusOr<double> ParseNumber(std::string_view text);

inline constexpr uint64_t kConcurrencyMax = 1'000'000;  // of --bs

// A value of --request-rate, which the error names: requests per second, above 0.
absl::StatusOr<double> ParseRequestRate(std::string_view text);

// A share from 0 to 1: "0.1" or "10%".
absl::StatusOr<double> ParseShare(std::string_view flag, std::string_view text);

}  // namespace specctl::cli
