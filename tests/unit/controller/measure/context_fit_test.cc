#include "controller/measure/context_fit.h"

#include <gtest/gtest.h>

#include "tests/fakes/six_rows.h"

namespace specctl::controller {
namespace {

using fakes::SixRows;

TEST(ContextFitTest, PromptsTooLongForTheModelAreCounted) {
  const auto workload = MakeWorkload(SixRows(), {}, {});
  ASSERT_TRUE(workload.ok());
  // 400 bytes are about 100 tokens.
  EXPECT_EQ(CountTooLong(*workload, {.osl_tokens = 28}, 128, true).too_long, 0u);
  const ContextFit fit = CountTooLong(*workload, {.osl_tokens = 29}, 128, true);
  EXPECT_EQ(fit.too_long, 6u);
  EXPECT_EQ(fit.surely_too_long, 0u);
  EXPECT_EQ(fit.shortest_tokens, 100u);
  EXPECT_EQ(CountTooLong(*workload, {.osl_tokens = 79}, 128, true).surely_too_long, 6u);
  EXPECT_EQ(CountTooLong(*workload, {.osl_tokens = 79}, 128, false).too_long, 0u);
}

}  // namespace
}  // namespace specctl::controller
