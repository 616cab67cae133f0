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

TEST(PromptFlagsTest, RandomTokensNeedTheirNumber) {
  const auto name = [](std::vector<std::string> arguments) {
    return std::get<DatasetRequest>(Good(std::move(arguments)).prompts).dataset;
  };
  EXPECT_EQ(name({"--dataset", "random", "--isl", "1000"}), "random_1000");
  EXPECT_EQ(name({"--dataset", "random", "--isl", "8", "--vocab-tokens", "512"}),
            "random_8_of_512");
  EXPECT_THAT(Refusal({"--dataset", "random"}), StartsWith("--dataset: random needs --isl N"));
  EXPECT_THAT(Refusal({"--isl", "5"}), StartsWith("--isl: needs --dataset random"));
  EXPECT_THAT(Refusal({"--vocab-tokens", "5"}), StartsWith("--vocab-tokens: needs --dataset"));
}

TEST(PromptFlagsTest, PromptsOfOnesOwnAreMarkedUntilOthersAreNamed) {
  EXPECT_FALSE(Good({"--dataset", "f.jsonl"}).spec.dataset.synthetic_text);
  EXPECT_TRUE(Good({"--dataset", "f.jsonl", "--synthetic-text"}).spec.dataset.synthetic_text);
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->dataset = {.name = "f.jsonl", .path = "f.jsonl", .format = "prompt"};
  surroundings.like->dataset.synthetic_text = true;
  surroundings.like->request.endpoint = Endpoint::kCompletions;
  EXPECT_TRUE(Good({}, surroundings).spec.dataset.synthetic_text);
  EXPECT_EQ(Good({"--dataset", "g.jsonl"}, surroundings).spec.request.endpoint,
            Endpoint::kCompletions);
  surroundings.like->dataset.format = "token_ids";
  EXPECT_EQ(Good({"--dataset", "g.jsonl"}, surroundings).spec.request.endpoint, Endpoint::kChat);
  EXPECT_FALSE(Good({"--dataset", "g.jsonl"}, surroundings).spec.dataset.synthetic_text);
  surroundings.like->request.endpoint = Endpoint::kGenerate;  // which no ids chose
  EXPECT_EQ(Good({"--dataset", "g.jsonl"}, surroundings).spec.request.endpoint,
            Endpoint::kGenerate);
}

}  // namespace
}  // namespace specctl::cli
