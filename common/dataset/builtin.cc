#include "common/dataset/builtin.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/hash.h"
#include "common/dataset/builtin_text.h"
#include "common/dataset/phrase_book.h"
#include "common/dataset/text_length.h"

namespace specctl {
namespace {

// As many as SPEED-Bench has, so that a run on generated prompts has the same shape.
constexpr size_t kRowsPerCategory = 80;
constexpr size_t kRowsPerTier = 512;
// Far more than the templates need to find an unused combination.
constexpr int kTriesMax = 1000;
constexpr size_t kPoolSize = 4096;

using Template = std::vector<std::string_view>;  // its turns

std::string_view NextLine(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

std::vector<Template> TemplatesOf(std::string_view category) {
  std::vector<Template> templates;
  bool is_wanted = false;
  for (std::string_view text = kBuiltinPrompts; !text.empty();) {
    std::string_view line = NextLine(text);
    if (line.starts_with("# ")) {
      is_wanted = line.substr(2) == category;
    } else if (is_wanted && line.starts_with("+ ")) {
      templates.back().push_back(line.substr(2));
    } else if (is_wanted && !line.empty()) {
      templates.push_back({line});
    }
  }
  // Prompts are compiled in: a category without any is our mistake, not the user's.
  assert(!templates.empty());
  return templates;
}

Conversation MakeRow(std::string question_id, std::string_view category,
                     std::vector<std::string> turns) {
  Conversation row;
  row.question_id = std::move(question_id);
  row.category = category;
  row.sub_category = "builtin";
  if (IsEntropyTier(category)) row.tier = category;
  for (std::string& turn : turns) {
    row.turns.push_back({Message{.role = "user", .content = std::move(turn), .raw_json = ""}});
  }
  return row;
}

void AddCategory(std::string_view category, uint64_t seed, std::vector<Conversation>& rows) {
  const std::vector<Template> templates = TemplatesOf(category);
  const PhraseBook& book = PhraseBook::Builtin();
  // A stream of its own for each category: what one draws does not move the others' text.
  CounterRandom random(seed, Fnv1a(category));
  std::unordered_set<std::string> first_turns;
  for (size_t i = 0; i < kRowsPerCategory; ++i) {
    // In turn, not by chance: each template gets its share of the rows.
    const Template& chosen = templates[i % templates.size()];
    std::vector<std::string> turns(1);
    bool is_new = false;
    for (int tries = 0; !is_new && tries < kTriesMax; ++tries) {
      // A repeated first turn would be answered from the server's prefix cache.
      turns.front() = book.Expand(chosen.front(), random);
      is_new = first_turns.insert(turns.front()).second;
    }
    assert(is_new);
    for (size_t turn = 1; turn < chosen.size(); ++turn) {
      turns.push_back(book.Expand(chosen[turn], random));
    }
    rows.push_back(MakeRow(absl::StrFormat("builtin-%s-%03d", std::string(category), i), category,
                           std::move(turns)));
  }
}

// Sentences or lines of a tier, which its rows draw from.
std::vector<std::string> MakePool(std::string_view tier, CounterRandom& random) {
  const std::string_view text =
      tier == "low_entropy" ? "{1000..9999} {colour} {item}{br}" : "{sentence} ";
  std::vector<std::string> pool;
  while (pool.size() < kPoolSize) pool.push_back(PhraseBook::Builtin().Expand(text, random));
  return pool;
}

std::string TaskOf(std::string_view tier, CounterRandom& random) {
  const PhraseBook& book = PhraseBook::Builtin();
  if (tier == "low_entropy")
    return "Print these lines sorted by their numbers, and nothing else.\n";
  if (tier == "mixed") {
    return "One sentence below names a secret number. Quote it, then explain what stands around "
           "it.\n";
  }
  return book.Expand("Continue this story as {genre}, {mood}, with turns that nobody expects.\n",
                     random);
}

// `size` bytes: the low tier's answer copies its text in another order, the mixed tier's quotes
// one sentence of it, the high tier's is new.
std::string MakeThroughputText(size_t size, std::string_view tier,
                               const std::vector<std::string>& pool, CounterRandom& random) {
  // Different from the first characters on.
  std::string text = absl::StrFormat("Case %016x. ", random.Next());
  text += TaskOf(tier, random);
  // In the first half: it is there whatever the text's length, which resize() cuts.
  const size_t needle_at = text.size() + random.Below(size / 2);
  bool is_hidden = tier != "mixed";
  text.reserve(size + 200);
  while (text.size() < size) {
    if (!is_hidden && text.size() >= needle_at) {
      text += PhraseBook::Builtin().Expand("The secret number is {100000..999999}. ", random);
      is_hidden = true;
    }
    text += pool[random.Below(pool.size())];
  }
  // The text is ASCII: a cut never splits a character.
  text.resize(size);
  return text;
}

void AddTier(const DatasetName& name, std::string_view tier, uint64_t seed,
             std::vector<Conversation>& rows) {
  // By the statistics' estimate: no tokenizer is at hand.
  const size_t size = TokensOfIsl(name.isl) * kCharactersPerToken;
  CounterRandom random(seed, Fnv1a(tier, Fnv1a(name.config)));
  const std::vector<std::string> pool = MakePool(tier, random);
  for (size_t i = 0; i < kRowsPerTier; ++i) {
    rows.push_back(MakeRow(absl::StrFormat("builtin-%s-%s-%03d", name.config, std::string(tier), i),
                           tier, {MakeThroughputText(size, tier, pool, random)}));
  }
}

std::string DigestOf(const std::vector<Conversation>& rows) {
  std::string digests;  // of each row, so that no second copy of all text is held
  for (const Conversation& row : rows) {
    std::string text = row.question_id + "\n" + row.category + "\n";
    for (const std::vector<Message>& turn : row.turns) {
      text += absl::StrFormat("%d\n", turn.front().content.size());
      text += turn.front().content + "\n";
    }
    digests += Sha256Hex(text) + "\n";
  }
  return Sha256Hex(digests);
}

}  // namespace

GeneratedRows GenerateBuiltin(const DatasetName& name, uint64_t seed) {
  assert(name.family == DatasetFamily::kBuiltin);
  GeneratedRows generated;
  const bool is_throughput = !name.isl.empty();
  for (const std::string_view category : is_throughput ? EntropyTiers() : QualitativeCategories()) {
    if (!name.category.empty() && name.category != category) continue;
    if (is_throughput) {
      AddTier(name, category, seed, generated.conversations);
    } else {
      AddCategory(category, seed, generated.conversations);
    }
  }
  for (size_t i = 0; i < generated.conversations.size(); ++i) {
    generated.conversations[i].line = i + 1;
  }
  generated.sha256 = DigestOf(generated.conversations);
  return generated;
}

}  // namespace specctl
