// Comparison with a file under tests/golden.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/common/report/temp_dir.h"

namespace specctl::testing {

// With SPECCTL_UPDATE_GOLDEN set in the environment the file is written instead: look at the
// difference before keeping it.
inline void ExpectGoldenIn(const std::string& folder, const std::string& name,
                           const std::string& text) {
  const char* root = std::getenv("SPECCTL_SOURCE_DIR");
  ASSERT_NE(root, nullptr) << "set by ctest";
  const std::string path = std::string(root) + "/tests/golden/" + folder + "/" + name;
  if (std::getenv("SPECCTL_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
  }
  EXPECT_EQ(text, ReadAll(path)) << path;
}

inline void ExpectGolden(const std::string& name, const std::string& text) {
  ExpectGoldenIn("report", name, text);
}

}  // namespace specctl::testing
