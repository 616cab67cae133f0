#include "tools/sim/python_float.h"

#include <absl/strings/str_format.h>

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

namespace specctl::sim {
namespace {

std::string Digits(double value, std::chars_format format) {
  std::array<char, 64> buffer;
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format);
  assert(error == std::errc());
  return std::string(buffer.data(), end);
}

}  // namespace

std::string PythonFloat(double value) {
  assert(std::isfinite(value));
  const double size = std::abs(value);
  // repr()'s limits for the exponent form.
  if (size != 0 && (size < 1e-4 || size >= 1e16)) {
    return Digits(value, std::chars_format::scientific);
  }
  std::string text = Digits(value, std::chars_format::fixed);
  // Python marks a whole float as one.
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

std::string PrometheusFloat(double value) {
  const std::string text = PythonFloat(value);
  const size_t dot = text.find('.');
  // Python's Prometheus client writes more than six digits before the point with an exponent.
  if (dot == std::string::npos || dot <= 6 || text.find('e') != std::string::npos) return text;
  std::string mantissa = text.substr(0, 1) + "." + text.substr(1, dot - 1) + text.substr(dot + 1);
  mantissa.erase(mantissa.find_last_not_of("0.") + 1);
  return absl::StrFormat("%se+0%d", mantissa, dot - 1);
}

}  // namespace specctl::sim
