#include "common/base/boot_id.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(BootIdTest, IsAUuidThatStays) {
  EXPECT_EQ(ReadBootId().size(), 36u);
  EXPECT_EQ(ReadBootId(), ReadBootId());
}

}  // namespace
}  // namespace specctl
