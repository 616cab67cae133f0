// Recordings of real servers in tests/golden.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace specctl::sim {

// Bytes of tests/golden/<name>, CR as they came; fails the test where there is none.
inline std::string Recording(const std::string& name) {
  const char* root = std::getenv("SPECCTL_SOURCE_DIR");
  const std::string path = std::string(root == nullptr ? "." : root) + "/tests/golden/" + name;
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

inline std::string VllmRecording(const std::string& name) {
  return Recording("engines/vllm/" + name);
}

// What follows the head of a recording.
inline std::string BodyOf(const std::string& recording) {
  const size_t end = recording.find("\r\n\r\n");
  EXPECT_NE(end, std::string::npos);
  return end == std::string::npos ? "" : recording.substr(end + 4);
}

}  // namespace specctl::sim
