#include "common/report/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace specctl {
namespace {

// Thousands separators into the digits before the point of `number`.
std::string Separated(std::string_view number) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const size_t whole =
      number.find('.') == std::string_view::npos ? number.size() : number.find('.');
  std::string out = negative ? "-" : "";
  for (size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0) out += ',';
    out += number[i];
  }
  out += number.substr(whole);
  return out;
}

// Decimals that leave three significant digits; a value that rounds up to the next power of ten
// (9.996) counts as that one.
int DecimalsOf(double magnitude) {
  constexpr int kDecimalsMax = 6;
  // 99.95 with one decimal would read 100.0, which is four digits.
  double limit = 99.95;
  for (int decimals = 0; decimals < kDecimalsMax; ++decimals, limit /= 10) {
    if (magnitude >= limit) return decimals;
  }
  return kDecimalsMax;
}

}  // namespace

std::string CountText(uint64_t count) { return Separated(std::to_string(count)); }

std::string FixedText(double value, int decimals) {
  if (!std::isfinite(value)) return "-";
  std::array<char, 400> buffer;  // a double has at most 309 digits before the point
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::fixed, decimals)
                       .ptr;
  const std::string_view text(buffer.data(), static_cast<size_t>(end - buffer.data()));
  // "-0.0" would be read as a value below 0.
  const bool zero = text.find_first_not_of("-0.") == std::string_view::npos;
  return Separated(zero && text.starts_with('-') ? text.substr(1) : text);
}

std::string FigureText(double value) {
  if (value == 0) return "0";
  return FixedText(value, DecimalsOf(std::abs(value)));
}

std::string ShareText(double share) {
  const double percent = share * 100;
  // "100 %" would say that nothing is missing.
  if (percent >= 99.95 && percent < 100) return "> 99.9 %";
  // Near the ends one decimal decides whether it is all, or nothing.
  const bool near_whole = percent >= 99 && percent < 100;
  const bool fraction = near_whole || (percent != 0 && std::abs(percent) < 9.95);
  return FixedText(percent, fraction ? 1 : 0) + " %";
}

std::string SecondsText(double seconds) {
  return FixedText(seconds, std::abs(seconds) >= 9.95 ? 0 : 1) + " s";
}

std::string CountedText(uint64_t count, const std::string& noun) {
  return CountText(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace specctl
