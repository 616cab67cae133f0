// PhraseBook: templates with slots -> text, for the builtin dataset.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/counter_random.h"

namespace specctl {

// A template is text with slots in braces.  "{city}" is one entry of the list `city`, itself a
// template, and none of the last three taken for the same text; "{2..40}" a number from that
// range; "{passage}" a paragraph of seven sentences; "{br}" a line end.
class PhraseBook {
 public:
  // The book that this program carries.
  static const PhraseBook& Builtin();

  // `lists`: a list a line, "name: entry | entry | ...".
  explicit PhraseBook(std::string_view lists);

  // A slot that the book doesn't know is a mistake of ours: asserted.
  std::string Expand(std::string_view text, CounterRandom& random) const;

 private:
  // A part of a template.
  struct Piece {
    enum class Kind { kText, kNumber, kList };
    Kind kind = Kind::kText;
    std::string text;
    uint64_t low = 0, high = 0;  // of a number
    size_t list = 0;
  };
  using Template = std::vector<Piece>;
  // One call of Expand.
  struct Expansion {
    CounterRandom& random;
    std::vector<std::vector<size_t>> recent;  // entries taken last, of each list
    std::string out;
  };

  Template Parse(std::string_view text) const;
  void AppendSlot(std::string_view slot, Template& parsed) const;
  const Template& Pick(size_t list, Expansion& expansion) const;
  void Append(const Template& parsed, Expansion& expansion) const;

  std::map<std::string, size_t, std::less<>> list_index_;
  std::vector<std::vector<Template>> lists_;
};

}  // namespace specctl
