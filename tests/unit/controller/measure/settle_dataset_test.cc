#include "controller/measure/settle_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/controller/measure/fake_network.h"

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SettleDatasetTest, RowsThatCameWithTheRequestAreTaken) {
  MeasureRequest request = TwoTargets();
  const auto dataset = TakeDataset(request);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(dataset->conversations.size(), 1u);
}

TEST(SettleDatasetTest, ANameIsLookedForHere) {
  MeasureRequest request;
  request.prompts = DatasetRequest{.dataset = "builtin"};
  const auto dataset = TakeDataset(request);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_TRUE(dataset->identity.builtin);
}

TEST(SettleDatasetTest, WhateverIsWrongWithPromptsIsTheRequestsFault) {
  MeasureRequest request;
  request.prompts = DatasetRequest{.dataset = "mt_bench", .search_dirs = {"/nowhere"}};
  EXPECT_EQ(TakeDataset(request).status().code(), absl::StatusCode::kNotFound);
  request.prompts = DatasetRequest{.dataset = "mt_bench", .file = "/proc/self/mem"};
  EXPECT_EQ(TakeDataset(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(SettleDatasetTest, RowsThatAnEarlierRunReadMustBeTheSame) {
  MeasureRequest request = TwoTargets();
  request.prompts_before = DatasetIdentity{.sha256 = "s", .rows = 1};
  EXPECT_TRUE(TakeDataset(request).ok());
  request = TwoTargets();
  request.prompts_before = DatasetIdentity{.sha256 = "s", .rows = 880};
  const absl::Status other = TakeDataset(request).status();
  EXPECT_EQ(other.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(other.message()), HasSubstr("has changed since that run"));
}

TEST(SettleDatasetTest, TheDatasetDecidesLengthAndTemperature) {
  Dataset dataset;
  dataset.identity.name = "it";
  dataset.notes = {"a note"};
  MeasureRequest request;
  dataset.family = DatasetFamily::kSpeedBench;
  SettleByDataset(dataset, request);
  EXPECT_EQ(request.spec.request.osl_tokens, 4096u);
  EXPECT_EQ(request.spec.request.temperature, 0.0);
  EXPECT_EQ(request.spec.dataset.name, "it");
  EXPECT_THAT(request.notes, ElementsAre("a note"));
  request = MeasureRequest();
  dataset.family = DatasetFamily::kFile;
  SettleByDataset(dataset, request);
  EXPECT_EQ(request.spec.request.osl_tokens, 1024u);
  EXPECT_FALSE(request.spec.request.temperature.has_value());
}

TEST(SettleDatasetTest, WhatIsGivenStays) {
  Dataset dataset;
  dataset.family = DatasetFamily::kSpeedBench;
  MeasureRequest request;
  request.osl_tokens = 7;
  request.temperature_given = true;  // the server's own
  SettleByDataset(dataset, request);
  EXPECT_EQ(request.spec.request.osl_tokens, 7u);
  EXPECT_FALSE(request.spec.request.temperature.has_value());
}

}  // namespace
}  // namespace specctl::controller
