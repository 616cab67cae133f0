#include "tools/request/flag_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using namespace std::chrono_literals;
using controller::MeasureRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(NeedlessFlagsTest, AiperfsNamesMeanTheSame) {
  const MeasureRequest request =
      Good({"--concurrency", "32", "--request-count", "100", "--benchmark-grace-period", "5",
            "--random-seed", "7", "--streaming", "--endpoint-type", "chat", "--tokenizer", "gpt2",
            "--use-server-token-count"});
  EXPECT_EQ(request.spec.load.shape, LoadShape(ClosedLoop{32}));
  EXPECT_EQ(request.spec.load.requests_max, 100u);
  EXPECT_EQ(request.spec.load.grace, 5s);
  EXPECT_EQ(request.spec.load.seed, 7u);
  EXPECT_THAT(request.notes,
              ElementsAre(StartsWith("--streaming"), StartsWith("--use-server-token-count"),
                          StartsWith("--tokenizer"), StartsWith("--endpoint-type")));
}

TEST(NeedlessFlagsTest, AnEndpointTypeIsTheEndpoint) {
  EXPECT_EQ(Good({"--endpoint-type", "completions"}).spec.request.endpoint, Endpoint::kCompletions);
  EXPECT_THAT(Refusal({"--endpoint-type", "embeddings"}),
              HasSubstr("--endpoint-type: need chat or completions, got embeddings"));
}

}  // namespace
}  // namespace specctl::cli
