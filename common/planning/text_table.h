// TextTable: columns as wide as their widest cell, for pages of text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace specctl {

class TextTable {
 public:
  // The first `left` columns are texts, aligned to the left; the others are numbers, to the right.
  explicit TextTable(size_t left) : left_(left) {}

  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool has_rows() const { return rows_.size() > 1; }  // beside the head
  // Lines indented by two; columns that are empty but for their head are left out.
  std::string Render() const;

 private:
  const size_t left_;
  std::vector<std::vector<std::string>> rows_;  // the head first
};

}  // namespace specctl
