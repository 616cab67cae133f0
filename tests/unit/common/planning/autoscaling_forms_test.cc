#include "common/planning/autoscaling_forms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/answered_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class AutoscalingFormsTest : public AnsweredSweep {
 protected:
  AutoscalingFormsTest() {
    made_.AddTarget({.name = "dl3"});
    made_.AddDataset("throughput_1k", 1000);
    made_.AddPoint("dl3", 16)
        .Set("ttft_ms", "p95", 100, 0)
        .Set("servers_kv_cache_share", "mean", 0.4, -1);
    made_.AddPoint("dl3", 64)
        .Set("ttft_ms", "p95", 100, 0)
        .Set("servers_kv_cache_share", "mean", 0.61, -1)
        .Set("servers_waiting", "mean", 2.4, -1);
    answer_ = Answer("ttft_p95 <= 2s");
  }

  SloAnswer answer_;
  ScaledDeployment deployment_{.model = "meta/llama", .engine = "vllm 0.32.0"};
};

TEST_F(AutoscalingFormsTest, KedaDividesWhatIsInFlightByTheHighestLoad) {
  deployment_.replicas = ReplicaPlan{.replicas = 4};
  deployment_.replicas_bursty = 6;
  const DeploymentForm form = *KedaForm(answer_, deployment_);
  EXPECT_THAT(form.content,
              EndsWith("apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata:\n"
                       "  name: dl3\nspec:\n  scaleTargetRef:\n    name: dl3\n"
                       "  minReplicaCount: 4\n  maxReplicaCount: 7\n  triggers:\n"
                       "    - type: prometheus\n      metadata:\n"
                       "        serverAddress: http://prometheus-operated.monitoring.svc:9090\n"
                       "        query: \"sum(vllm:num_requests_running{model_name=\\\"meta/llama"
                       "\\\"}) + sum(vllm:num_requests_waiting{model_name=\\\"meta/llama\\\"})\"\n"
                       "        threshold: \"64\"\n"));
  EXPECT_THAT(form.content, HasSubstr("# runs: run-2\n"));
  deployment_.engine = "sglang 0.5.23";
  EXPECT_THAT(KedaForm(answer_, deployment_)->content, HasSubstr("sglang:num_running_reqs"));
  deployment_.engine = "llamacpp b1";
  EXPECT_FALSE(KedaForm(answer_, deployment_)) << "its gauges are not known here";
}

TEST_F(AutoscalingFormsTest, LevelsAreThoseOfOneServer) {
  deployment_.urls = 2;
  deployment_.replicas = ReplicaPlan{.replicas = 4};
  const std::string content = KedaForm(answer_, deployment_)->content;
  EXPECT_THAT(content, HasSubstr("threshold: \"32\""));
  EXPECT_THAT(content, HasSubstr("minReplicaCount: 8\n  maxReplicaCount: 10\n"));
  EXPECT_THAT(LlmdForms(answer_, deployment_)[0].content, HasSubstr("queueLengthThreshold: 2\n"));
}

TEST_F(AutoscalingFormsTest, AnUnknownModelIsNotAskedFor) {
  deployment_.model.clear();
  EXPECT_THAT(KedaForm(answer_, deployment_)->content,
              HasSubstr("query: \"sum(vllm:num_requests_running) + "));
}

TEST_F(AutoscalingFormsTest, NamesOfObjectsBeginAndEndWithALetterOrDigit) {
  points_.back().key.target = "_" + std::string(48, 'a') + "_b";
  EXPECT_THAT(KedaForm(answer_, deployment_)->content,
              HasSubstr("  name: " + std::string(48, 'a') + "\n"));
}

TEST_F(AutoscalingFormsTest, LlmdsThresholdsAgree) {
  const auto forms = LlmdForms(answer_, deployment_);
  ASSERT_EQ(forms.size(), 2u);
  EXPECT_THAT(forms[0].content, HasSubstr("    kvCacheThreshold: 0.61\n"
                                          "    queueLengthThreshold: 3\n"
                                          "    kvSpareTrigger: 0.21\n"));
  EXPECT_THAT(forms[1].content, EndsWith("saturationDetector:\n  queueDepthThreshold: 3\n"
                                         "  kvCacheUtilThreshold: 0.61\n"));
}

TEST_F(AutoscalingFormsTest, WithoutTheServersFiguresThereIsNoLlmdForm) {
  points_.back().measured.figures.erase(points_.back().measured.figures.begin() + 1);
  EXPECT_TRUE(LlmdForms(answer_, deployment_).empty());
}

TEST_F(AutoscalingFormsTest, FileNamesHaveNoOddCharacters) {
  EXPECT_EQ(FilePart("throughput_1k mixed, temperature 0.7"),
            "throughput_1k-mixed-temperature-0.7");
  EXPECT_EQ(FilePart("../../etc"), "..-..-etc");
}

}  // namespace
}  // namespace specctl::testing
