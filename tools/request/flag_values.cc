#include "tools/request/flag_values.h"

#include <charconv>
#include <cmath>

#include "common/base/duration.h"

namespace specctl::cli {

absl::Status BadFlag(std::string_view flag, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrFormat("%s: %s", flag, what));
}

absl::Status TakeDuration(std::string_view flag, const std::optional<std::string>& text,
                          Nanos& out) {
  if (!text) return absl::OkStatus();
  const auto parsed = ParseDuration(*text);
  if (!parsed.ok()) return BadFlag(flag, std::string(parsed.status().message()));
  out = *parsed;
  return absl::OkStatus();
}

absl::Status TakeTimeout(std::string_view flag, const std::optional<std::string>& text,
                         Nanos& out) {
  if (const absl::Status taken = TakeDuration(flag, text, out); !taken.ok()) return taken;
  return out > Nanos(0) ? absl::OkStatus() : BadFlag(flag, "need a time above 0");
}

absl::StatusOr<double> ParseNumber(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    return absl::InvalidArgumentError(absl::StrFormat("need a number, got \"%s\"", text));
  }
  return value;
}

absl::StatusOr<double> ParseRequestRate(std::string_view text) {
  constexpr double kRateMin = 1e-3, kRateMax = 1e6;  // per second
  const auto rate = ParseNumber(text);
  if (rate.ok() && *rate >= kRateMin && *rate <= kRateMax) return rate;
  return BadFlag("--request-rate",
                 absl::StrFormat("need a number of requests per second from %g to %.0f, got \"%s\"",
                                 kRateMin, kRateMax, text));
}

absl::StatusOr<double> ParseShare(std::string_view flag, std::string_view text) {
  const bool percent = text.ends_with('%');
  const auto number = ParseNumber(percent ? text.substr(0, text.size() - 1) : text);
  // -1: not a number, refused below with the same words.
  const double share = number.ok() ? (percent ? *number / 100 : *number) : -1;
  if (share >= 0 && share <= 1) return share;
  return BadFlag(flag, absl::StrFormat("need a share like 10%% or 0.1, got \"%s\"", text));
}

}  // namespace specctl::cli
