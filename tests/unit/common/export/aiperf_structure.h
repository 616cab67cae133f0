// Keys, types and units of files that AIPerf 0.13.0 wrote: tests/golden/aiperf/structure.json.
#pragma once

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "tests/unit/common/report/temp_dir.h"

namespace specctl::testing {

inline boost::json::object AiperfStructure() {
  const char* root = std::getenv("SPECCTL_SOURCE_DIR");
  EXPECT_NE(root, nullptr) << "set by ctest";
  const std::string path =
      std::string(root == nullptr ? "" : root) + "/tests/golden/aiperf/structure.json";
  return boost::json::parse(ReadAll(path)).as_object();
}

inline std::string TypeOf(const boost::json::value& value) {
  if (value.is_number()) return "number";
  if (value.is_string()) return "string";
  if (value.is_bool()) return "bool";
  return value.is_array() ? "array" : value.is_object() ? "object" : "null";
}

}  // namespace specctl::testing
