#include "common/dataset/text_table.h"

#include <algorithm>
#include <cassert>

#include "common/base/printable.h"
#include "common/dataset/text_length.h"

namespace specctl {

std::string TextTable(const std::vector<std::vector<std::string>>& cells,
                      const std::vector<bool>& is_right) {
  std::vector<std::vector<std::string>> rows = cells;
  for (std::vector<std::string>& row : rows) {
    // A control character from a file must not reach the terminal.
    for (std::string& cell : row) cell = Printable(cell);
  }
  std::vector<size_t> widths(is_right.size());
  for (const std::vector<std::string>& row : rows) {
    assert(row.size() == widths.size());
    for (size_t i = 0; i < row.size(); ++i) {
      // In characters: bytes would misalign names that are not ASCII.
      widths[i] = std::max<size_t>(widths[i], MeasureText(row[i]).characters);
    }
  }
  std::string table;
  for (const std::vector<std::string>& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - MeasureText(row[i]).characters, ' ');
      if (i > 0) line += "  ";
      line += is_right[i] ? padding + row[i] : row[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    table += line + "\n";
  }
  return table;
}

std::string WithThousands(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

}  // namespace specctl
