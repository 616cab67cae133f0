// Numbers as people read them on the page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace specctl {

// 1566204 -> "1,566,204".
std::string CountText(uint64_t count);

// At least three significant digits, thousands separated, never more digits than that where there
// is a fraction: 21913.4 -> "21,913", 42.91 -> "42.9", 2.609 -> "2.61", 0.0432 -> "0.0432",
// 0 -> "0".  A value that is not finite is "-".
std::string FigureText(double value);

// `decimals` digits after the point, thousands separated: acceptance lengths and rates.
// A value that is not finite is "-".
std::string FixedText(double value, int decimals);

// A share in 0..1 as per cent: 0.021 -> "2.1 %", 0.61 -> "61 %", 0 -> "0 %", 0.998 -> "99.8 %".
// Only a whole one is "100 %".
std::string ShareText(double share);

// 61.4 -> "61 s", 4.26 -> "4.3 s".
std::string SecondsText(double seconds);

// "1 window", "3 windows".
std::string CountedText(uint64_t count, const std::string& noun);

}  // namespace specctl
