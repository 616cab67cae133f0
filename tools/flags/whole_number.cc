#include "tools/flags/whole_number.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>

namespace specctl::flags {
namespace {

// nullopt: other characters than digits, or more of them than the type holds.
std::optional<uint64_t> Parse(const std::string& text) {
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  // No sign, blank or exponent, whatever CLI11's own conversion would take.
  if (!std::all_of(text.begin(), text.end(), absl::ascii_isdigit)) return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

CLI::Validator WholeNumber(uint64_t min, uint64_t max) {
  const auto take = [min, max](std::string& text) -> std::string {
    const std::optional<uint64_t> value = Parse(text);
    if (!value || *value < min || *value > max) {
      return absl::StrFormat("need %d to %d, got \"%s\"", min, max, text);
    }
    text = std::to_string(*value);
    return "";
  };
  // Of a number without a limit of its own, --help need not say the type's.
  const bool limited = max < std::numeric_limits<uint64_t>::max();
  return CLI::Validator(take, limited ? absl::StrFormat("%d..%d", min, max) : "");
}

}  // namespace specctl::flags
