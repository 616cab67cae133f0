#include "common/dataset/dataset_statistics.h"

#include <algorithm>

#include "common/dataset/text_length.h"

namespace specctl {

void DatasetStatisticsBuilder::AddConversation(const Conversation& conversation) {
  TextLength length;
  // Later turns also send the answers before them, whose length nobody knows yet.
  for (const Message& message : conversation.turns.front()) {
    // A message that is sent as JSON is measured as such: its text can't be told apart.
    const TextLength part =
        MeasureText(message.raw_json.empty() ? message.content : message.raw_json);
    length.characters += part.characters;
    length.tokens += part.tokens;
  }
  const auto characters = static_cast<double>(length.characters);
  const auto tokens = static_cast<double>(length.tokens);
  AddTo(all_, conversation, characters, tokens);
  const auto [found, is_new] =
      group_index_.try_emplace(std::pair(conversation.tier, conversation.category), groups_.size());
  if (is_new) {
    groups_.emplace_back();
    groups_.back().counts.category = conversation.category;
    groups_.back().counts.tier = conversation.tier;
  }
  AddTo(groups_[found->second], conversation, characters, tokens);
}

void DatasetStatisticsBuilder::AddTo(Group& group, const Conversation& conversation,
                                     double characters, double tokens) {
  const uint64_t turns = conversation.turns.size();
  ++group.counts.rows;
  group.counts.turns += turns;
  group.counts.turns_max = std::max(group.counts.turns_max, turns);
  if (turns > 1) ++group.counts.multi_turn_rows;
  if (conversation.max_tokens) ++group.counts.rows_with_max_tokens;
  if (!conversation.extra_json.empty()) ++group.counts.rows_with_extra_fields;
  group.characters.push_back(characters);
  group.tokens.push_back(tokens);
}

GroupStatistics DatasetStatisticsBuilder::Described(Group group) {
  GroupStatistics statistics = std::move(group.counts);
  statistics.characters = Describe(std::move(group.characters)).value_or(Distribution());
  statistics.tokens = Describe(std::move(group.tokens)).value_or(Distribution());
  return statistics;
}

DatasetStatistics DatasetStatisticsBuilder::Build() && {
  DatasetStatistics statistics;
  statistics.all = Described(std::move(all_));
  for (Group& group : groups_) statistics.groups.push_back(Described(std::move(group)));
  return statistics;
}

}  // namespace specctl
