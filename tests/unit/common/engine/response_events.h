// Events of a stream, and a reader that they are fed to.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/engine/response_reader.h"
#include "common/net/sse_parser.h"

namespace specctl {

inline constexpr uint32_t kUnknown = 999;  // of a token-bearing chunk

// A small language of events.
inline std::string Chunk(std::string_view text, std::string_view more = "") {
  return R"({"id":"r1","choices":[{"index":0,"delta":{"content":")" + std::string(text) + "\"}" +
         std::string(more) + "}]}";
}
inline std::string WithUsage(std::string event, uint64_t completion_tokens) {
  event.pop_back();
  return event + R"(,"usage":{"prompt_tokens":16,"completion_tokens":)" +
         std::to_string(completion_tokens) + "}}";
}
// A chunk whose delta has one field.
inline std::string Field(std::string_view json) {
  return R"({"id":"r1","choices":[{"index":0,"delta":{)" + std::string(json) +
         R"(},"finish_reason":null}]})";
}
inline std::string Total(uint64_t completion_tokens) {
  return WithUsage(R"({"id":"r1","choices":[]})", completion_tokens);
}
inline const std::string kRole = R"({"id":"r1","choices":[{"index":0,"delta":{"role":"assistant",)"
                                 R"("content":""}}]})";
inline std::string Finish(std::string_view reason) {
  return Chunk("", R"(,"finish_reason":")" + std::string(reason) + "\"");
}

class ResponseReaderTest : public ::testing::Test {
 protected:
  // Tokens of the token-bearing chunks of `events`.
  std::vector<uint32_t> Read(const std::vector<std::string>& events,
                             ResponseReader::Options options = {.keep = {.text = true}}) {
    std::vector<uint32_t> tokens;
    reader.BeginResponse(options);
    for (const std::string& event : events) {
      const ChunkFacts facts = One(event);
      if (facts.token_bearing) tokens.push_back(facts.tokens.value_or(kUnknown));
    }
    EXPECT_EQ(reader.chunks(), tokens.size());
    return tokens;
  }
  ChunkFacts One(const std::string& event) {
    ChunkFacts facts;
    const std::string padded = event + std::string(SseParser::kPadding, '\0');
    const absl::Status status =
        reader.OnEvent(std::string_view(padded).substr(0, event.size()), facts);
    EXPECT_TRUE(status.ok()) << status;
    return facts;
  }

  StreamDecoder decoder;
  ResponseReader reader{decoder};
};

}  // namespace specctl
