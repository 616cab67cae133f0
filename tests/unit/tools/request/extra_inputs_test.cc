#include "tools/request/extra_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using controller::MeasureRequest;
using ::testing::HasSubstr;

TEST(ExtraInputsTest, TheyMergeInOrder) {
  EXPECT_EQ(Good({"--extra-inputs", "top_p:0.9", "--extra-inputs", R"({"stop":["a"],"top_p":1})"})
                .spec.request.extra_inputs_json,
            R"({"top_p":1,"stop":["a"]})");
  EXPECT_EQ(Good({"--extra-inputs", "user:alice"}).spec.request.extra_inputs_json,
            R"({"user":"alice"})");
  EXPECT_THAT(Refusal({"--extra-inputs", "{\"a\":"}),
              HasSubstr("--extra-inputs: not a JSON object"));
  EXPECT_THAT(Refusal({"--extra-inputs", "alone"}), HasSubstr("--extra-inputs: need k:v"));
}

TEST(ExtraInputsTest, WhatAFlagGivesTooIsWhatTheArtifactsSay) {
  const MeasureRequest request =
      Good({"--extra-inputs", "max_tokens:4", "--extra-inputs", "temperature:0.5", "--extra-inputs",
            "ignore_eos:true", "--extra-inputs", "model:x"});
  EXPECT_EQ(request.osl_tokens, 4u);
  EXPECT_EQ(request.spec.request.temperature, 0.5);
  EXPECT_TRUE(request.temperature_given);
  EXPECT_TRUE(request.spec.request.ignore_eos);
  EXPECT_EQ(request.spec.request.model, "x");
  // They still override those of a row, but for the model, which is asked for by target.
  EXPECT_EQ(request.spec.request.extra_inputs_json,
            R"({"max_tokens":4,"temperature":5E-1,"ignore_eos":true})");
  EXPECT_EQ(Good({"--extra-inputs", "max_completion_tokens:9"}).osl_tokens, 9u);
}

TEST(ExtraInputsTest, AFlagThatSaysOtherwiseIsRefused) {
  EXPECT_THAT(Refusal({"--extra-inputs", "max_tokens:4", "--osl", "5"}),
              HasSubstr("--extra-inputs: max_tokens contradicts --osl"));
  EXPECT_THAT(Refusal({"--extra-inputs", "model:x", "--model", "y"}),
              HasSubstr("model contradicts --model"));
  EXPECT_THAT(Refusal({"--extra-inputs", "model:x", "--model-mix", "y=1"}),
              HasSubstr("model contradicts --model-mix"));
  EXPECT_THAT(Refusal({"--extra-inputs", "temperature:1", "--temperature", "server"}),
              HasSubstr("temperature contradicts --temperature"));
  EXPECT_THAT(Refusal({"--extra-inputs", "ignore_eos:false", "--ignore-eos"}),
              HasSubstr("ignore_eos contradicts --ignore-eos"));
  EXPECT_EQ(Good({"--extra-inputs", "max_tokens:4", "--osl", "4"}).osl_tokens, 4u);
}

TEST(ExtraInputsTest, SglangsOwnNameOfTheLimitIsOneOfItsRouteAlone) {
  const std::vector<std::string> flags = {"--endpoint", "generate", "--extra-inputs",
                                          "max_new_tokens:4"};
  EXPECT_EQ(Good(flags).osl_tokens, 4u);
  std::vector<std::string> more = flags;
  more.insert(more.end(), {"--osl", "5"});
  EXPECT_THAT(Refusal(more), HasSubstr("--extra-inputs: max_new_tokens contradicts --osl"));
  EXPECT_EQ(Good({"--extra-inputs", "max_new_tokens:4", "--osl", "5"}).osl_tokens, 5u);
}

TEST(ExtraInputsTest, AValueThatItsFlagWouldRefuseIsRefused) {
  EXPECT_THAT(Refusal({"--extra-inputs", "max_tokens:many"}),
              HasSubstr("--extra-inputs: max_tokens: need a whole number from 1"));
  EXPECT_THAT(Refusal({"--extra-inputs", "max_tokens:0"}), HasSubstr("need a whole number from 1"));
  EXPECT_THAT(Refusal({"--extra-inputs", "max_tokens:null"}), HasSubstr("got null"));
  EXPECT_THAT(Refusal({"--extra-inputs", "model:7"}), HasSubstr("model: need a name, got 7"));
  EXPECT_THAT(Refusal({"--extra-inputs", "temperature:hot"}),
              HasSubstr("need a number of at least 0"));
  EXPECT_THAT(Refusal({"--extra-inputs", "ignore_eos:1"}), HasSubstr("need true or false"));
}

}  // namespace
}  // namespace specctl::cli
