#include "common/base/edit_distance.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(EditDistanceTest, CountsInsertionsDeletionsAndSubstitutions) {
  EXPECT_EQ(EditDistance("report", "report"), 0u);
  EXPECT_EQ(EditDistance("repor", "report"), 1u);
  EXPECT_EQ(EditDistance("reeport", "report"), 1u);
  EXPECT_EQ(EditDistance("raport", "report"), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(EditDistanceTest, OfNothingIsTheLength) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("", "run"), 3u);
  EXPECT_EQ(EditDistance("run", ""), 3u);
}

TEST(NearestNameTest, IsTheOneThatWasProbablyMeant) {
  const std::string_view known[] = {"output_tps", "ttft_ms", "ttft_user_ms", "itl_ms"};
  EXPECT_EQ(NearestName("ouput_tps", known), "output_tps");
  EXPECT_EQ(NearestName("ttft", known), "ttft_ms") << "the first that begins with it";
  EXPECT_EQ(NearestName("tpot", known), "");
  EXPECT_EQ(NearestName("", known), "");
  EXPECT_EQ(NearestName(std::string(65, 'x'), known), "");
  EXPECT_EQ(NearestName("itl_ms", {}), "");
}

}  // namespace
}  // namespace specctl
