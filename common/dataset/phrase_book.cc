#include "common/dataset/phrase_book.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

#include "common/dataset/builtin_text.h"

namespace specctl {
namespace {

constexpr int kSentencesOfPassage = 7;
constexpr size_t kRecentMax = 3;

uint64_t NumberIn(std::string_view text) {
  uint64_t number = 0;
  [[maybe_unused]] const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  assert(error == std::errc() && end == text.data() + text.size());
  return number;
}

// What stands before `separator` in `text`, which then begins after it.
std::string_view NextPart(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

std::string_view Stripped(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

}  // namespace

const PhraseBook& PhraseBook::Builtin() {
  static const PhraseBook* const book = new PhraseBook(kBuiltinPhrases);
  return *book;
}

PhraseBook::PhraseBook(std::string_view lists) {
  std::vector<std::string_view> entries_of_list;
  while (!lists.empty()) {
    const std::string_view line = NextPart(lists, '\n');
    const size_t colon = line.find(':');
    assert(colon != std::string_view::npos);
    list_index_.emplace(line.substr(0, colon), entries_of_list.size());
    entries_of_list.push_back(line.substr(colon + 1));
  }
  // Slots may name lists that come later.
  for (std::string_view entries : entries_of_list) {
    std::vector<Template>& list = lists_.emplace_back();
    while (!entries.empty()) list.push_back(Parse(Stripped(NextPart(entries, '|'))));
  }
}

PhraseBook::Template PhraseBook::Parse(std::string_view text) const {
  Template parsed;
  while (!text.empty()) {
    const size_t open = text.find('{');
    parsed.push_back({.kind = Piece::Kind::kText, .text = std::string(text.substr(0, open))});
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    assert(close != std::string_view::npos);
    AppendSlot(text.substr(open + 1, close - open - 1), parsed);
    text.remove_prefix(close + 1);
  }
  return parsed;
}

void PhraseBook::AppendSlot(std::string_view slot, Template& parsed) const {
  if (slot == "br") {
    parsed.push_back({.kind = Piece::Kind::kText, .text = "\n"});
    return;
  }
  if (slot == "passage") {
    for (int i = 0; i < kSentencesOfPassage; ++i) {
      if (i > 0) parsed.push_back({.kind = Piece::Kind::kText, .text = " "});
      AppendSlot("sentence", parsed);
    }
    return;
  }
  if (const size_t dots = slot.find(".."); dots != std::string_view::npos) {
    parsed.push_back({.kind = Piece::Kind::kNumber,
                      .low = NumberIn(slot.substr(0, dots)),
                      .high = NumberIn(slot.substr(dots + 2))});
    return;
  }
  const auto list = list_index_.find(slot);
  assert(list != list_index_.end());
  parsed.push_back({.kind = Piece::Kind::kList, .list = list->second});
}

std::string PhraseBook::Expand(std::string_view text, CounterRandom& random) const {
  Expansion expansion{.random = random, .recent = {}, .out = ""};
  // Of this text alone: texts do not depend on those made before.
  expansion.recent.resize(lists_.size());
  Append(Parse(text), expansion);
  return std::move(expansion.out);
}

const PhraseBook::Template& PhraseBook::Pick(size_t list, Expansion& expansion) const {
  const std::vector<Template>& entries = lists_[list];
  std::vector<size_t>& recent = expansion.recent[list];
  size_t index = expansion.random.Below(entries.size());
  // The next free entry instead of another draw: ends for sure, and draws once for each slot.
  while (std::find(recent.begin(), recent.end(), index) != recent.end()) {
    index = (index + 1) % entries.size();
  }
  recent.push_back(index);
  // At least one entry stays free, or the search above would not end.
  if (recent.size() > std::min(kRecentMax, entries.size() - 1)) recent.erase(recent.begin());
  return entries[index];
}

void PhraseBook::Append(const Template& parsed, Expansion& expansion) const {
  for (const Piece& piece : parsed) {
    switch (piece.kind) {
      case Piece::Kind::kText:
        expansion.out += piece.text;
        break;
      case Piece::Kind::kNumber:
        expansion.out +=
            std::to_string(piece.low + expansion.random.Below(piece.high - piece.low + 1));
        break;
      case Piece::Kind::kList:
        Append(Pick(piece.list, expansion), expansion);
        break;
    }
  }
}

}  // namespace specctl
