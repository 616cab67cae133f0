#include "tools/specctl/preflight_request.h"

#include <gmock/gmock.h>

#include <variant>

#include "common/journal/spec_codec.h"
#include "tests/unit/tools/request/request_of.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr StepLoad kTwoAgents = {.agents = 2, .streams = 129, .chunks_per_s = 30};

controller::MeasureRequest RequestFor(Nanos duration) { return StepRequest(kTwoAgents, duration); }

// Whoever doubts a preflight can run its steps by hand.
TEST(PreflightRequestTest, ItIsWhatSpecctlRunWouldMakeOfTheCommandLine) {
  controller::MeasureRequest step = RequestFor(6s);
  const controller::MeasureRequest run =
      Good({"--url", "null://30", "--agents", "2", "--bs", "129", "--dataset", "builtin", "--osl",
            "60", "--ignore-eos", "--ramp", "2000ms", "--duration", "6000ms"},
           {.version = kVersion});
  EXPECT_NE(step.spec.run_id, "");
  step.spec.run_id = run.spec.run_id;
  EXPECT_EQ(SpecToProto(step.spec).DebugString(), SpecToProto(run.spec).DebugString());
  EXPECT_EQ(step.agents, run.agents);
  EXPECT_EQ(step.osl_tokens, run.osl_tokens);
  EXPECT_EQ(step.temperature_given, run.temperature_given);
  EXPECT_EQ(step.wait_ready, run.wait_ready);
  EXPECT_EQ(step.secrets.basic_authorizations, run.secrets.basic_authorizations);
  EXPECT_EQ(step.named_metrics_urls, run.named_metrics_urls);
  const auto& prompts = std::get<DatasetRequest>(step.prompts);
  EXPECT_EQ(prompts.dataset, std::get<DatasetRequest>(run.prompts).dataset);
  EXPECT_EQ(prompts.form, std::get<DatasetRequest>(run.prompts).form);
}

TEST(PreflightRequestTest, EachAgentHasANullServer) {
  EXPECT_THAT(TargetUrls(RequestFor(6s).spec), ElementsAre("null://30"));
}

TEST(PreflightRequestTest, RepliesAreAThirdOfAShortStep) {
  const controller::MeasureRequest request = RequestFor(1s);
  EXPECT_EQ(request.spec.load.ramp, 334ms);
  EXPECT_EQ(request.spec.load.duration, 1s);
  EXPECT_EQ(request.osl_tokens, 10u);
  StepLoad slow = kTwoAgents;
  slow.chunks_per_s = 1;
  EXPECT_EQ(StepRequest(slow, 1s).osl_tokens, 2u);
}

TEST(PreflightRequestTest, NoTwoStepsAreOneRun) {
  EXPECT_NE(RequestFor(1s).spec.run_id, RequestFor(1s).spec.run_id);
}

}  // namespace
}  // namespace specctl::cli
