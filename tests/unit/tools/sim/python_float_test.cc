#include "tools/sim/python_float.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

TEST(PythonFloatTest, IsAsReprWrites) {
  EXPECT_EQ(PythonFloat(3), "3.0");
  EXPECT_EQ(PythonFloat(0), "0.0");
  EXPECT_EQ(PythonFloat(-1), "-1.0");
  EXPECT_EQ(PythonFloat(2.0 / 3), "0.6666666666666666");
  EXPECT_EQ(PythonFloat(0.0001), "0.0001");
  EXPECT_EQ(PythonFloat(0.00001), "1e-05");
  EXPECT_EQ(PythonFloat(1e16), "1e+16");
  EXPECT_EQ(PythonFloat(123456789012345), "123456789012345.0");
}

TEST(PythonFloatTest, PrometheusClientUsesExponentsFromAMillionOn) {
  EXPECT_EQ(PrometheusFloat(999999), "999999.0");
  EXPECT_EQ(PrometheusFloat(1e6), "1e+06");
  EXPECT_EQ(PrometheusFloat(2043630), "2.04363e+06");
  EXPECT_EQ(PrometheusFloat(1795337796.543538), "1.795337796543538e+09");
  EXPECT_EQ(PrometheusFloat(4.853231616e9), "4.853231616e+09");
  EXPECT_EQ(PrometheusFloat(0.9549937289998525), "0.9549937289998525");
}

}  // namespace
}  // namespace specctl::sim
