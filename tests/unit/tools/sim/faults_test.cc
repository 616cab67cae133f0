#include "tools/sim/faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;

TEST(FaultsTest, PartsAreOptional) {
  const auto all = ParseFault("503");
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->kind, FaultKind::k503);
  EXPECT_DOUBLE_EQ(all->share, 1);
  const auto some = ParseFault("cut:0.25");
  ASSERT_TRUE(some.ok());
  EXPECT_DOUBLE_EQ(some->share, 0.25);
  const auto late = ParseFault("error-event:1:0");
  ASSERT_TRUE(late.ok());
  EXPECT_EQ(late->kind, FaultKind::kErrorEvent);
  EXPECT_EQ(late->after_chunks, 0u);
}

TEST(FaultsTest, BadTextsAreRefused) {
  const absl::Status unknown = ParseFault("teapot").status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      std::string(unknown.message()),
      "--fault: need one of refuse 429 503 hang cut error-event garbage bad-json slow silent, "
      "got 'teapot'");
  for (const char* bad : {"cut:x", "cut:2", "cut:-1", "cut:1:x", "cut:1:2:3", "cut::"}) {
    const absl::Status status = ParseFault(bad).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(std::string(status.message()), HasSubstr("need KIND[:share in 0..1][:chunks]"));
  }
}

TEST(FaultsTest, AShareOfTheRequestsIsHit) {
  const FaultPlan plan({{.kind = FaultKind::kCut, .share = 0.3}}, 5);
  int hit = 0;
  for (uint64_t i = 0; i < 10'000; ++i) hit += plan.OfRequest(i).has_value() ? 1 : 0;
  EXPECT_NEAR(hit, 3000, 150);
  EXPECT_FALSE(plan.RefusesConnection(0));
}

TEST(FaultsTest, TheSameRequestsAreHitWithTheSameSeed) {
  const std::vector<Fault> faults = {{.kind = FaultKind::kCut, .share = 0.5}};
  const FaultPlan one(faults, 1);
  const FaultPlan same(faults, 1);
  for (uint64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(one.OfRequest(i).has_value(), same.OfRequest(i).has_value());
  }
}

TEST(FaultsTest, RefusalsAreOfConnectionsOnly) {
  const FaultPlan plan({{.kind = FaultKind::kRefuse, .share = 1}}, 1);
  EXPECT_TRUE(plan.RefusesAll());
  EXPECT_TRUE(plan.RefusesConnection(3));
  EXPECT_FALSE(plan.OfRequest(3));
  EXPECT_FALSE(FaultPlan({{.kind = FaultKind::kRefuse, .share = 0.5}}, 1).RefusesAll());
}

}  // namespace
}  // namespace specctl::sim
