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

}  // namespace
}  // namespace specctl
