#include "common/report/csv_line.h"

#include <cmath>

#include "common/base/json_writer.h"

namespace specctl {

void CsvLine::AddText(std::string_view text) {
  if (!first_) out_ += ',';
  first_ = false;
  // RFC 4180: only what needs quotes gets them.
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out_ += text;
    return;
  }
  out_ += '"';
  for (const char c : text) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
}

void CsvLine::AddNumber(std::optional<double> value) {
  // An empty cell is read as missing; "inf" would be a number to some readers, a text to others.
  AddText(value && std::isfinite(*value) ? FormatDouble(*value) : std::string());
}

}  // namespace specctl
