#include "common/base/duration.h"

#include <array>
#include <charconv>
#include <cmath>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

struct Unit {
  std::string_view name;
  double seconds;
};
// Longer names first where one begins with another.
constexpr std::array<Unit, 6> kUnits = {
    {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}}};
constexpr double kSecondsMax = 365.0 * 24 * 3600;

const Unit* TakeUnit(std::string_view& rest) {
  for (const Unit& unit : kUnits) {
    if (!rest.starts_with(unit.name)) continue;
    rest.remove_prefix(unit.name.size());
    return &unit;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<Nanos> ParseDuration(std::string_view text) {
  const auto refuse = [&] {
    return absl::InvalidArgumentError(
        absl::StrFormat("need a duration like 90, 90s, 500ms or 1h30m, got \"%s\"", text));
  };
  std::string_view rest = text;
  double total_s = 0;
  // Units must fall, as in 1h30m: "30m1h" is a slip, and so is "5s5s".
  double last_unit_s = HUGE_VAL;
  if (rest.empty()) return refuse();
  while (!rest.empty()) {
    double number = 0;
    const char* const end = rest.data() + rest.size();
    const auto [stop, error] = std::from_chars(rest.data(), end, number, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number) || std::signbit(number)) return refuse();
    rest.remove_prefix(static_cast<size_t>(stop - rest.data()));
    // A number alone is in seconds; after a unit it would be a guess.
    const bool bare = rest.empty() && total_s == 0 && last_unit_s == HUGE_VAL;
    const Unit* unit = bare ? &kUnits[3] : TakeUnit(rest);
    if (unit == nullptr || unit->seconds >= last_unit_s) return refuse();
    last_unit_s = unit->seconds;
    total_s += number * unit->seconds;
  }
  if (total_s > kSecondsMax) return refuse();
  // Rounded: 0.1 + 0.2 s is 300 ms.
  return Nanos(std::llround(total_s * 1e9));
}

std::string FormatDuration(Nanos duration) {
  using std::chrono::seconds;
  const int64_t ns = duration.count();
  if (ns % 1'000'000'000 != 0) {
    if (ns < 1'000'000) return absl::StrFormat("%g us", static_cast<double>(ns) / 1e3);
    if (ns < 1'000'000'000) return absl::StrFormat("%g ms", static_cast<double>(ns) / 1e6);
    return absl::StrFormat("%g s", static_cast<double>(ns) / 1e9);
  }
  const int64_t s = ns / 1'000'000'000;
  // The largest unit that loses nothing; 90 s reads better than 1.5 m.
  if (s < 120 || s % 60 != 0) return absl::StrFormat("%d s", s);
  if (s < 7200 && s % 3600 != 0) return absl::StrFormat("%d m", s / 60);
  if (s % 3600 == 0) return absl::StrFormat("%d h", s / 3600);
  return absl::StrFormat("%d h %d m", s / 3600, s % 3600 / 60);
}

}  // namespace specctl
