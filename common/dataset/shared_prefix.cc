#include "common/dataset/shared_prefix.h"

#include <string>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/counter_random.h"
#include "common/base/hash.h"
#include "common/dataset/conversation.h"
#include "common/dataset/phrase_book.h"

namespace specctl {
namespace {

constexpr size_t kCharactersAToken = 4;

std::string PrefixText(uint32_t group, uint32_t tokens, uint64_t seed) {
  CounterRandom random(seed, Fnv1a(absl::StrFormat("shared prefix %d", group)));
  // Caches compare whole blocks of some tokens from the beginning on: they must differ there.
  std::string text = absl::StrFormat("Handbook %d of %016x. ", group + 1, random.Next());
  const size_t wanted = size_t{tokens} * kCharactersAToken;
  while (text.size() < wanted) text += PhraseBook::Builtin().Expand("{passage} ", random);
  text.resize(wanted);
  return text;
}

// Below any vocabulary, but for the few that are special tokens of many.
std::vector<uint32_t> PrefixIds(uint32_t group, uint32_t tokens, uint64_t seed) {
  constexpr uint64_t kFirst = 1'000, kIds = 20'000;
  CounterRandom random(seed, Fnv1a(absl::StrFormat("shared prefix %d", group)));
  std::vector<uint32_t> ids(tokens);
  for (uint32_t& id : ids) id = static_cast<uint32_t>(kFirst + random.Below(kIds));
  return ids;
}

absl::Status Refused(const Conversation& row, const char* why) {
  return absl::InvalidArgumentError(absl::StrFormat(
      "--prefix-groups: row %d of the dataset, question %s: %s", row.line, row.question_id, why));
}

}  // namespace

absl::Status AddSharedPrefixes(const SharedPrefix& prefix, uint64_t seed,
                               std::vector<Conversation>& rows) {
  if (prefix.groups == 0) return absl::OkStatus();
  std::vector<std::string> texts;
  std::vector<std::vector<uint32_t>> ids;
  for (uint32_t group = 0; group < prefix.groups; ++group) {
    texts.push_back(PrefixText(group, prefix.tokens, seed));
    ids.push_back(PrefixIds(group, prefix.tokens, seed));
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    std::vector<Message>& opening = rows[i].turns.front();
    Message& first = opening.front();
    const size_t group = i % prefix.groups;
    if (!first.token_ids.empty()) {
      first.token_ids.insert(first.token_ids.begin(), ids[group].begin(), ids[group].end());
    } else if (first.role != "system") {
      opening.insert(opening.begin(), Message{.role = "system", .content = texts[group]});
    } else if (first.raw_json.empty()) {
      first.content = texts[group] + "\n\n" + first.content;
    } else {
      return Refused(rows[i], "its system message is more than text");
    }
  }
  return absl::OkStatus();
}

}  // namespace specctl
