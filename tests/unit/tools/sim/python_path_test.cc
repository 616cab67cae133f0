#include "tools/sim/python_path.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

TEST(PythonPathTest, IsATupleOfNamesAndNumbers) {
  EXPECT_EQ(PythonPath("body.messages.0.role"), "('body', 'messages', 0, 'role')");
  EXPECT_EQ(PythonPath("body"), "('body',)");
}

}  // namespace
}  // namespace specctl::sim
