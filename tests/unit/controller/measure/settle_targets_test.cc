#include "controller/measure/settle_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SettleTargetsTest : public ::testing::Test {
 protected:
  SettleTargetsTest() {
    request_.spec.targets = {{.url = "http://a:1"}, {.url = "http://b:2"}};
    request_.spec.request.osl_tokens = 10;
    request_.spec.server_metrics = false;
    request_.spec.dataset.path = "log.jsonl";
    for (uint32_t i = 0; i < 2; ++i) {
      TargetProbed target;
      target.target = i;
      target.url = request_.spec.targets[i].url;
      target.model = "base";
      target.served_models = {"base", "lora"};
      targets_.push_back(std::move(target));
    }
  }

  void AddRow(std::string model, uint64_t line, size_t bytes = 40) {
    WorkloadItem row;
    row.model = model;
    row.line = line;
    row.turns = {{{.role = "user", .content = std::string(bytes, 'x'), .raw_json = ""}}};
    workload_.rows.push_back({.order_index = workload_.rows.size(), .model = std::move(model)});
    workload_.items.push_back(std::move(row));
  }

  absl::Status Settle() { return SettleByTargets(targets_, request_, workload_); }

  MeasureRequest request_;
  Workload workload_;
  std::vector<TargetProbed> targets_;
};

TEST_F(SettleTargetsTest, EachTargetIsAskedForWhatItServes) {
  AddRow("", 1);
  request_.spec.targets[0].model = "base";
  request_.spec.targets[1].model = "other";
  targets_[1].model = "other";
  ASSERT_TRUE(Settle().ok());
  EXPECT_EQ(request_.spec.targets[0].model, "base");
  EXPECT_EQ(request_.spec.targets[1].model, "other");
  EXPECT_EQ(request_.spec.request.model, "");
  EXPECT_THAT(request_.notes, IsEmpty());
}

TEST_F(SettleTargetsTest, GenerateNamesNoModel) {
  request_.spec.request.endpoint = Endpoint::kGenerate;
  AddRow("", 1);
  EXPECT_TRUE(Settle().ok());
  AddRow("lora", 7);
  EXPECT_THAT(std::string(Settle().message()),
              HasSubstr("log.jsonl:7: the row names the model lora, but requests to /generate"));
  request_.spec.request.model_mix = {{"base", 1}, {"lora", 1}};
  const absl::Status mixed = Settle();
  EXPECT_EQ(mixed.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(mixed.message()), HasSubstr("--model-mix: requests to /generate"));
}

TEST_F(SettleTargetsTest, AChoiceAmongModelsIsSaid) {
  AddRow("", 1);
  ASSERT_TRUE(Settle().ok());
  EXPECT_EQ(request_.spec.request.model, "base");
  EXPECT_THAT(request_.notes,
              ElementsAre(HasSubstr("http://a:1 serves 2 models: base, lora; using base"),
                          HasSubstr("http://b:2 serves 2 models")));
}

TEST_F(SettleTargetsTest, ARowsModelThatIsServedIsKept) {
  AddRow("lora", 3);
  request_.spec.request.model = "base";
  ASSERT_TRUE(Settle().ok());
  EXPECT_EQ(workload_.items[0].model, "lora");
  EXPECT_EQ(workload_.rows[0].model, "lora");
}

TEST_F(SettleTargetsTest, ARowsModelThatIsNotServedIsRefusedWithItsLine) {
  AddRow("lora", 3);
  AddRow("gpt-4", 9);
  AddRow("gpt-4", 4);
  const absl::Status settled = Settle();
  EXPECT_EQ(settled.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(settled.message()),
              HasSubstr("log.jsonl:4: http://a:1 does not serve the row's model gpt-4; it "
                        "serves: base, lora (--model NAME"));
}

TEST_F(SettleTargetsTest, UnlessTheFlagsSayWhatToAskFor) {
  AddRow("gpt-4", 9);
  AddRow("gpt-4", 4);
  request_.spec.request.model = "base";
  ASSERT_TRUE(Settle().ok());
  EXPECT_EQ(workload_.items[0].model, "");
  EXPECT_EQ(workload_.rows[1].model, "");
  EXPECT_THAT(request_.notes, ElementsAre(HasSubstr("2 rows (the first in line 4) name the model "
                                                    "gpt-4, which http://a:1 does not serve")));
}

TEST_F(SettleTargetsTest, AServerWithoutAListIsAskedForWhatTheRowSays) {
  AddRow("any", 1);
  request_.spec.request.model = "base";
  for (TargetProbed& target : targets_) target.served_models.clear();
  ASSERT_TRUE(Settle().ok());
  EXPECT_EQ(workload_.items[0].model, "any");
}

TEST_F(SettleTargetsTest, EachModelOfAMixMustBeServed) {
  AddRow("base", 1);
  request_.spec.request.model_mix = {{"base", 0.5}, {"gone", 0.5}};
  EXPECT_THAT(std::string(Settle().message()),
              HasSubstr("--model-mix: http://a:1 does not serve gone"));
}

TEST_F(SettleTargetsTest, NothingIsSentWhereNothingFits) {
  AddRow("", 1);
  request_.spec.request.model = "base";
  targets_[1].max_model_len_tokens = 10;
  EXPECT_THAT(std::string(Settle().message()),
              HasSubstr("--osl: no conversation fits the 10-token context of http://b:2"));
  targets_[1].engine = "llamacpp";  // it ends the reply at its context
  EXPECT_TRUE(Settle().ok());
}

TEST_F(SettleTargetsTest, ThoseThatMayNotFitAreCounted) {
  AddRow("", 1);
  AddRow("", 2, 400);
  request_.spec.request.model = "base";
  targets_[0].max_model_len_tokens = 50;
  ASSERT_TRUE(Settle().ok());
  EXPECT_THAT(request_.notes, ElementsAre(HasSubstr("1 of 2 conversations may not fit the 50")));
}

TEST_F(SettleTargetsTest, WhatAServerRefusesIsSaid) {
  AddRow("", 1);
  request_.spec.request.model = "base";
  targets_[0].stream_options = false;
  targets_[0].token_source = TokenSource::kNone;
  ASSERT_TRUE(Settle().ok());
  EXPECT_THAT(
      request_.notes,
      ElementsAre(HasSubstr("http://a:1 rejects stream_options: it is measured without them")));
}

TEST_F(SettleTargetsTest, StatisticsOfIterationsStandInForMetrics) {
  AddRow("", 1);
  request_.spec.server_metrics = true;
  request_.spec.trtllm_iteration_stats = true;
  targets_[0].engine = targets_[1].engine = "vllm";
  const absl::Status none = Settle();
  EXPECT_EQ(none.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      none.message(),
      "--trtllm-iteration-stats: need a TensorRT-LLM server, but http://a:1 is vLLM; leave the "
      "flag out");
  targets_[0].engine = targets_[1].engine = "trtllm";
  targets_[0].metrics_url = "http://a:1/prometheus/metrics";
  ASSERT_TRUE(Settle().ok());
  EXPECT_THAT(request_.spec.metrics_urls,
              ElementsAre("http://a:1/prometheus/metrics", "http://b:2/metrics"));
  EXPECT_THAT(
      request_.notes,
      ::testing::Contains("--trtllm-iteration-stats: not read from http://a:1, whose metrics "
                          "are at http://a:1/prometheus/metrics"));
}

}  // namespace
}  // namespace specctl::controller
