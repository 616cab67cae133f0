// Lines of the page: columns, and items that flow over lines.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace specctl {

inline constexpr size_t kPageColumns = 110;
inline constexpr size_t kPageColumnsMin = 60;
inline constexpr size_t kLabelColumns = 10;  // "DEGRADED  ..."

// Columns that `text` takes: its code points (wide characters count as one).
size_t ColumnsOf(std::string_view text);

// `text` filled up with spaces in front or behind; a longer one stands as it is.
std::string PadLeft(std::string_view text, size_t columns);
std::string PadRight(std::string_view text, size_t columns);

// Items behind a label, as many on a line as kPageColumns allows; further lines are indented as
// deep as the label is wide.  An item is never broken.
struct FlowStyle {
  std::string_view label;
  size_t label_columns = kLabelColumns;
  std::string_view separator = "   ";
};
void AppendFlow(const FlowStyle& style, std::span<const std::string> items, std::string& out);

// The same for running text, broken at its spaces.
void AppendProse(std::string_view label, std::string_view text, std::string& out);

// `text` with its lines that are wider than `columns` broken: between items (two spaces or more),
// else at a space; what follows goes on under the line's first item.  A line with neither stays.
std::string FitLines(std::string_view text, size_t columns);

}  // namespace specctl
