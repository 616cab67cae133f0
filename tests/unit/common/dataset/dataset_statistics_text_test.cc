#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/dataset/dataset_statistics.h"

namespace specctl {
namespace {

struct Example {
  Dataset dataset;
  DatasetStatistics statistics;
};

Example MakeExample() {
  Example example;
  example.dataset.identity = {.name = "mine.jsonl",
                              .path = "/data/mine.jsonl",
                              .format = "prompt",
                              .sha256 = "abc",
                              .rows = 2,
                              .builtin = false};
  example.dataset.notes = {"something to know"};
  DatasetStatisticsBuilder builder;
  for (const size_t size : {4000, 6000}) {
    Conversation row;
    row.turns = {{Message{.role = "user", .content = std::string(size, 'x'), .raw_json = ""}}};
    row.max_tokens = 5;
    builder.AddConversation(row);
  }
  example.statistics = std::move(builder).Build();
  return example;
}

TEST(DatasetStatisticsTextTest, TableShowsIdentityGroupsAndNotes) {
  const Example example = MakeExample();
  EXPECT_EQ(
      StatisticsTable(example.dataset, example.statistics),
      "dataset  mine.jsonl\n"
      "file     /data/mine.jsonl\n"
      "format   prompt\n"
      "sha256   abc\n"
      "\n"
      "category  rows  requests  multi-turn  chars p50    p90    max  tokens mean    p50    "
      "p90    p99    max\n"
      "(none)       2         2           0      4,000  6,000  6,000        1,250  1,000  "
      "1,500  1,500  1,500\n"
      "all          2         2           0      4,000  6,000  6,000        1,250  1,000  "
      "1,500  1,500  1,500\n"
      "\n"
      "lengths are those of each row's first request; tokens are estimated (4 ASCII characters "
      "per token)\n"
      "2 rows set their own max_tokens\n"
      "note: something to know\n");
}

TEST(DatasetStatisticsTextTest, JsonHoldsTheSame) {
  const Example example = MakeExample();
  const std::string json = StatisticsJson(example.dataset, example.statistics);
  for (const char* part :
       {"\"name\": \"mine.jsonl\"", "\"path\": \"/data/mine.jsonl\"", "\"sha256\": \"abc\"",
        "\"rows\": 2", "\"first_request_tokens_estimate\": {\n    \"mean\": 1250",
        "\"rows_with_max_tokens\": 2", "\"notes\": [\n    \"something to know\"\n  ]"}) {
    EXPECT_THAT(json, testing::HasSubstr(part));
  }
  EXPECT_THAT(json, testing::Not(testing::HasSubstr("\"category\"")));
}

TEST(DatasetStatisticsTextTest, GeneratedTextHasNoPath) {
  Example example = MakeExample();
  example.dataset.identity.path = "";
  example.dataset.identity.builtin = true;
  EXPECT_THAT(
      StatisticsTable(example.dataset, example.statistics),
      testing::HasSubstr("file     none: the text is generated, only for trying things out; "));
  const std::string json = StatisticsJson(example.dataset, example.statistics);
  EXPECT_THAT(json, testing::HasSubstr("\"builtin\": true"));
  EXPECT_THAT(json, testing::Not(testing::HasSubstr("\"path\"")));
}

}  // namespace
}  // namespace specctl
