// TextTable: columns of text for the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace specctl {

// Cells are one line each (Printable).  The first row is the head.  Columns are as wide as their
// widest cell, two spaces apart; those of `is_right` (one entry a column) are set to the right.
// Rows have one cell a column.  Widths count code points.
std::string TextTable(const std::vector<std::vector<std::string>>& cells,
                      const std::vector<bool>& is_right);

// `number` with a comma between thousands.
std::string WithThousands(uint64_t number);

}  // namespace specctl
