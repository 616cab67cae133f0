#include "tools/sim/pace_stream.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace specctl::sim {
namespace {

const std::vector<uint32_t> kPattern = {2, 3};

InferenceRequest Request(uint32_t max_tokens) {
  InferenceRequest request;
  request.stream = true;
  request.include_usage = true;
  request.continuous_usage = true;
  request.prompt_tokens = 10;
  request.max_tokens = max_tokens;
  return request;
}

TEST(PaceStreamTest, ChunksFollowThePatternAndTheCountsAreRight) {
  PaceStream stream(Request(9), {.response_id = "chatcmpl-1", .model = "m"}, kPattern);
  std::vector<uint32_t> tokens;
  std::string out;
  while (!stream.done()) tokens.push_back(stream.Next(out));
  EXPECT_EQ(tokens, (std::vector<uint32_t>{1, 2, 3, 2, 1}));
  for (const int so_far : {0, 1, 3, 6, 8, 9}) {
    const std::string usage = "\"completion_tokens\":" + std::to_string(so_far) + ",";
    EXPECT_NE(out.find(usage), std::string::npos) << so_far;
  }
  EXPECT_NE(out.find("\"finish_reason\":\"length\""), std::string::npos);
  EXPECT_TRUE(out.ends_with("e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"));
}

TEST(PaceStreamTest, TheRoleComesWithTheFirstChunk) {
  PaceStream stream(Request(5), {.response_id = "chatcmpl-1", .model = "m"}, kPattern);
  std::string out;
  EXPECT_EQ(stream.Next(out), 1u);
  EXPECT_LT(out.find("\"role\":\"assistant\""), out.find("{\"content\":\" token\"}"));
  EXPECT_EQ(stream.chunks(), 1u);
}

TEST(PaceStreamTest, AReplyOfOneTokenIsFirstAndLast) {
  PaceStream stream(Request(1), {.response_id = "chatcmpl-1", .model = "m"}, kPattern);
  std::string out;
  EXPECT_EQ(stream.Next(out), 1u);
  EXPECT_TRUE(stream.done());
}

}  // namespace
}  // namespace specctl::sim
