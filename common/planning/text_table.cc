#include "common/planning/text_table.h"

#include <algorithm>

#include "common/report/text_layout.h"

namespace specctl {

std::string TextTable::Render() const {
  std::vector<size_t> widths;
  std::vector<bool> used;
  for (size_t row = 0; row < rows_.size(); ++row) {
    const std::vector<std::string>& cells = rows_[row];
    widths.resize(std::max(widths.size(), cells.size()), 0);
    used.resize(widths.size(), false);
    for (size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], ColumnsOf(cells[i]));
      if (row > 0 && !cells[i].empty()) used[i] = true;
    }
  }
  std::string out;
  for (const std::vector<std::string>& cells : rows_) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!used[i]) continue;
      line += "  ";
      line += i < left_ ? PadRight(cells[i], widths[i]) : PadLeft(cells[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace specctl
