#include "controller/measure/metrics_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/measure/metrics_targets.h"
#include "controller/measure/resolve.h"
#include "tests/unit/controller/measure/fake_network.h"

namespace specctl::controller {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kVllm = "process_start_time_seconds 1\nvllm:num_requests_running 0\n";
constexpr const char* kSglang = "process_start_time_seconds 1\nsglang:num_running_reqs 0\n";
constexpr const char* kOther = "process_start_time_seconds 1\nhttp_requests_total 4\n";

absl::StatusOr<std::string> EngineOf(std::string_view text, std::vector<std::string> engines) {
  return EngineOfMetrics("http://m/metrics", text, engines);
}

TEST(EngineOfMetricsTest, IsTheTargetsEngineWhoseFamiliesAreThere) {
  EXPECT_EQ(*EngineOf(kVllm, {"vllm"}), "vllm");
  EXPECT_EQ(*EngineOf(kSglang, {"vllm", "sglang"}), "sglang");
  EXPECT_EQ(*EngineOf(kVllm, {"nim"}), "nim") << "NIM serves with vLLM";
  EXPECT_EQ(*EngineOf(kOther, {"vllm"}), "vllm") << "of no engine that is known";
  EXPECT_EQ(*EngineOf(kVllm, {"openai"}), "openai") << "an engine that is not known has any";
}

TEST(EngineOfMetricsTest, ThoseOfAnotherEngineAreRefused) {
  const absl::Status status = EngineOf(kSglang, {"vllm", "vllm"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "--server-metrics http://m/metrics: need metrics of vLLM, got those of SGLang "
            "(sglang:num_running_reqs); name the metrics URL of a server that is measured, or "
            "leave it out: each target's own are found");
  EXPECT_FALSE(EngineOf(kVllm, {"sglang", "trtllm"}).ok());
}

TEST(SettleNamedMetricsTest, ARunIsRefusedBeforeItBegins) {
  FakeNetwork network;
  MeasureRequest request = TwoTargets();
  request.named_metrics_urls = {"http://a:9/metrics", "http://b:9/metrics"};
  network.metrics_texts = {{"http://a:9/metrics", kVllm}, {"http://b:9/metrics", kSglang}};
  const absl::Status status = Resolve(request, network).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("--server-metrics http://b:9/metrics"),
                                                   HasSubstr("got those of SGLang")));
}

TEST(SettleNamedMetricsTest, AUrlThatNobodyAnswersIsLeftToTheRun) {
  FakeNetwork network;
  MeasureRequest request = TwoTargets();
  request.named_metrics_urls = {"http://a:9/metrics"};
  const auto run = Resolve(request, network);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_THAT(network.metrics_asked, ElementsAre("http://a:9/metrics"));
  ASSERT_EQ(run->metrics_targets.size(), 1u);
  EXPECT_EQ(run->metrics_targets[0].engine, "vllm");
}

TEST(SettleNamedMetricsTest, ATargetsOwnAreNotAskedAgain) {
  FakeNetwork network;
  ASSERT_TRUE(Resolve(TwoTargets(), network).ok());
  EXPECT_TRUE(network.metrics_asked.empty());
}

}  // namespace
}  // namespace specctl::controller
