#include "common/workload/run_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(RunSpecTest, ATargetIsCalledByItsNameElseItsUrl) {
  RunSpec spec;
  spec.targets = {{.url = "http://a:1"}, {.url = "http://b:2", .name = "fp8"}};
  EXPECT_EQ(TargetLabel(spec, 0), "http://a:1");
  EXPECT_EQ(TargetLabel(spec, 1), "fp8");
  EXPECT_EQ(TargetLabel(spec, 2), "target 2");
  EXPECT_THAT(TargetUrls(spec), ::testing::ElementsAre("http://a:1", "http://b:2"));
}

TEST(RunSpecTest, AUrlsLoginOverridesTheKeyForItsTarget) {
  Secrets secrets;
  EXPECT_EQ(secrets.AuthorizationOf(0), "");
  secrets.api_key = "k";
  secrets.basic_authorizations = {"", "Basic dTpw"};
  EXPECT_EQ(secrets.AuthorizationOf(0), "Bearer k");
  EXPECT_EQ(secrets.AuthorizationOf(1), "Basic dTpw");
  EXPECT_EQ(secrets.AuthorizationOf(2), "Bearer k");
}

}  // namespace
}  // namespace specctl
