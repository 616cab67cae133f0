// What `dataset inspect` shows of a dataset: rows, turns and lengths, by category and tier.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/dataset/conversation.h"
#include "common/dataset/dataset.h"
#include "common/stats/quantiles.h"

namespace specctl {

// Of all rows, or of those of one category.  Lengths are of a row's first request (all messages
// of its first turn): later ones grow with the server's replies, which nobody knows beforehand.
struct GroupStatistics {
  std::string category;  // empty: rows without one
  std::string tier;
  uint64_t rows = 0;
  uint64_t turns = 0;  // requests that the rows make
  uint64_t multi_turn_rows = 0;
  uint64_t turns_max = 0;
  uint64_t rows_with_max_tokens = 0;
  uint64_t rows_with_extra_fields = 0;
  Distribution characters;  // code points; all zero where there is no row
  Distribution tokens;      // estimated, see text_length.h
};

struct DatasetStatistics {
  GroupStatistics all;
  std::vector<GroupStatistics> groups;  // by (tier, category), in the order of their first rows
};

// Counts rows one at a time; holds two numbers a row.
class DatasetStatisticsBuilder {
 public:
  void AddConversation(const Conversation& conversation);
  DatasetStatistics Build() &&;

 private:
  struct Group {
    GroupStatistics counts;
    std::vector<double> characters;
    std::vector<double> tokens;
  };
  static void AddTo(Group& group, const Conversation& conversation, double characters,
                    double tokens);
  static GroupStatistics Described(Group group);

  Group all_;
  std::vector<Group> groups_;
  std::map<std::pair<std::string, std::string>, size_t> group_index_;
};

// The page of `dataset inspect`: `dataset.identity`, a table of the groups, notes.
std::string StatisticsTable(const Dataset& dataset, const DatasetStatistics& statistics);
// The same as a JSON object with a line end.
std::string StatisticsJson(const Dataset& dataset, const DatasetStatistics& statistics);

}  // namespace specctl
