// CsvLine: one line of comma-separated values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace specctl {

// A record of RFC 4180 with the line end of Unix, appended to `out`, which must outlive it.
// Numbers as in JSON (shortest form that reads back the same); what is absent or not finite is an
// empty field.
class CsvLine {
 public:
  explicit CsvLine(std::string& out) : out_(out) {}

  void AddText(std::string_view text);
  void AddNumber(std::optional<double> value);
  void AddCount(int64_t value) { AddText(std::to_string(value)); }
  void AddCount(uint64_t value) { AddText(std::to_string(value)); }
  void AddEmpty() { AddText({}); }
  void End() { out_ += '\n'; }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace specctl
