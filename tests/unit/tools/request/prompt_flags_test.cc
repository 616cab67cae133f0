#include "tools/request/flag_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <variant>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using ::testing::StartsWith;

TEST(PromptFlagsTest, LikeKeepsTheNamedSelectionOfAFile) {
  Surroundings surroundings;
  surroundings.like = RunSpec{};
  surroundings.like->dataset = {.name = "speed_bench_coding",
                                .path = "/d/mine.jsonl",
                                .format = "speed_bench_messages",
                                .sha256 = "a",
                                .rows = 80};
  const auto request = RequestOfLine({}, surroundings);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(std::get<DatasetRequest>(request->prompts).dataset, "speed_bench_coding");
  EXPECT_EQ(std::get<DatasetRequest>(request->prompts).file, "/d/mine.jsonl");
  EXPECT_EQ(request->prompts_before->rows, 80u);
  EXPECT_FALSE(Good({"--dataset", "other.jsonl"}, surroundings).prompts_before.has_value());
}

TEST(PromptFlagsTest, AFormThatIsNoneIsNamedOnceByItsFlag) {
  EXPECT_THAT(Refusal({"--dataset-format", "csv"}), StartsWith("--dataset-format: need one of "));
  EXPECT_THAT(Refusal({"--input-file", "f", "--custom-dataset-type", "csv"}),
              StartsWith("--custom-dataset-type: need one of "));
}

TEST(PromptFlagsTest, AFileMayHoldTheRowsOfAName) {
  const auto request = Good({"--input-file", "f.jsonl", "--custom-dataset-type", "mt_bench"});
  EXPECT_EQ(std::get<DatasetRequest>(request.prompts).dataset, "mt_bench");
  EXPECT_EQ(std::get<DatasetRequest>(request.prompts).file, "f.jsonl");
  const auto turns = Good({"--input-file", "f.jsonl", "--custom-dataset-type", "multi_turn"});
  EXPECT_EQ(std::get<DatasetRequest>(turns.prompts).dataset, "f.jsonl");
  EXPECT_EQ(std::get<DatasetRequest>(turns.prompts).form, RowForm::kTurns);
}

}  // namespace
}  // namespace specctl::cli
