#include "tools/sim/category.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <absl/strings/ascii.h>

namespace specctl::sim {
namespace {

// The beginning tells the subject; prompts may be megabytes.
constexpr size_t kScannedBytesMax = 4096;
constexpr double kForeignShareMin = 0.15;  // of bytes outside ASCII: another script

struct Keywords {
  std::string_view category;
  std::array<std::string_view, 9> words;  // lower case; unused ones are empty
};

constexpr std::array<Keywords, 11> kKeywords = {{
    {"coding",
     {"code", "function", "python", "c++", "javascript", "program", "sql", "debug", "algorithm"}},
    {"humanities",
     {"history", "philosoph", "century", "politic", "econom", "culture", "war ", "empire", "law"}},
    {"math",
     {"equation", "calculate", "how many", "how much", "integer", "triangle", "probability",
      "solve", "sum of"}},
    {"multilingual",
     {"translat", "german", "french", "spanish", "chinese", "japanese", " language", "italian",
      "korean"}},
    {"qa",
     {"who ", "when did", "what is the name", "which year", "where was", "capital of", "", "", ""}},
    {"rag",
     {"document", "context:", "passage", "according to", "based on the following", "reference",
      "extract", "retrieved", ""}},
    {"reasoning",
     {"puzzle", "logic", "if all", "deduce", "step by step", "riddle", "conclude", "suppose", ""}},
    {"roleplay",
     {"pretend", "you are a", "act as", "role", "imagine you", "character", "persona", "embody",
      ""}},
    {"stem",
     {"physics", "chemi", "biolog", "molecule", "energy", "quantum", "engineer", "planet", "cell"}},
    {"summarization",
     {"summar", "tl;dr", "shorten", "key points", "article", "main ideas", "condense", "", ""}},
    {"writing",
     {"write a", "essay", "story", "poem", "blog", "email", "compose", "draft a", "letter"}},
}};

}  // namespace

std::string_view RecogniseCategory(std::string_view prompt) {
  const std::string text = absl::AsciiStrToLower(std::string(prompt.substr(0, kScannedBytesMax)));
  const auto foreign = std::count_if(text.begin(), text.end(), [](char c) { return c < 0; });
  if (static_cast<double>(foreign) > kForeignShareMin * static_cast<double>(text.size())) {
    return "multilingual";
  }
  std::string_view best = kOtherCategory;
  int64_t best_hits = 0;
  for (const Keywords& candidate : kKeywords) {
    const auto found = [&](std::string_view word) {
      return !word.empty() && text.find(word) != std::string::npos;
    };
    const int64_t hits = std::count_if(candidate.words.begin(), candidate.words.end(), found);
    // Strictly more: among equals the first of the table, so that a prompt always gets the same.
    if (hits > best_hits) {
      best = candidate.category;
      best_hits = hits;
    }
  }
  return best;
}

}  // namespace specctl::sim
