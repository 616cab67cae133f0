// Tokens and steps of chunks by llama.cpp's timings.
#include "common/engine/response_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/common/engine/response_events.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Timed(std::string event, int tokens, double ms, int drafted = 0, int accepted = 0) {
  event.pop_back();
  std::string drafts;
  if (drafted > 0) {
    drafts = R"(,"draft_n":)" + std::to_string(drafted) + R"(,"draft_n_accepted":)" +
             std::to_string(accepted);
  }
  return event + R"(,"timings":{"prompt_n":3,"predicted_n":)" + std::to_string(tokens) +
         R"(,"predicted_ms":)" + std::to_string(ms) + drafts + "}}";
}

TEST_F(ResponseReaderTest, TimingsCountByGrowth) {
  EXPECT_THAT(Read({kRole, Timed(Chunk("a"), 1, 0), Timed(Chunk("b"), 2, 3, 4, 1),
                    Timed(Chunk("c"), 3, 3, 4, 1), Timed(Chunk("de"), 5, 7, 4, 1), Finish("stop"),
                    Timed(Total(6), 6, 9, 4, 1)}),
              ElementsAre(1, 1, 1, 2));
  EXPECT_EQ(reader.token_source(), TokenSource::kTimings);
  EXPECT_EQ(reader.output_tokens(), 6u);
  ASSERT_TRUE(reader.timings().has_value());
  EXPECT_EQ(reader.timings()->steps, 4u);  // the last had no event of its own
  EXPECT_THAT(reader.timings()->acceptance_histogram, ElementsAre(0, 1));
}

TEST_F(ResponseReaderTest, ChunksOfOneDraftAreOfTheSameStep) {
  reader.BeginResponse({});
  EXPECT_FALSE(One(Timed(Chunk("a"), 1, 0)).same_step);
  EXPECT_FALSE(One(Timed(Chunk("b"), 2, 3, 4, 1)).same_step);
  EXPECT_TRUE(One(Timed(Chunk("c"), 3, 3, 4, 1)).same_step);
}

TEST_F(ResponseReaderTest, TimingsAtTheEndAloneTellNoChunksTokens) {
  EXPECT_THAT(Read({kRole, Chunk("a"), Chunk("b"), Finish("stop"), Timed(Total(7), 7, 9, 8, 4)}),
              ElementsAre(kUnknown, kUnknown));
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_EQ(reader.timings(), (TimingsStats{.drafted_tokens = 8, .accepted_tokens = 4}));
  // Nor the steps, where logprobs tell the tokens.
  Read({Chunk("a", R"(,"logprobs":{"content":[{}]})"), Timed(Total(7), 7, 9)});
  EXPECT_FALSE(reader.timings()->steps.has_value());
}

TEST_F(ResponseReaderTest, TokensThatTheLastEventsCountHaveNoChunk) {
  const std::string role_and_end = Timed(kRole, 1, 0.001);
  EXPECT_THAT(Read({role_and_end, Finish("stop"), Timed(Total(1), 1, 0.001)}), IsEmpty());
  EXPECT_EQ(reader.timings()->steps, 0u);
  EXPECT_THAT(Read({Timed(Chunk("a"), 1, 0), Timed(Finish("stop"), 3, 4)}), ElementsAre(1));
  EXPECT_EQ(reader.output_tokens(), 3u) << "counted where no usage comes";
}

TEST_F(ResponseReaderTest, TimingsOfAnotherChoiceAreItsOwn) {
  const std::string other = R"({"choices":[{"index":1,"delta":{"content":"x"}}]})";
  EXPECT_THAT(Read({Timed(Chunk("a"), 1, 0), Timed(other, 9, 5, 8, 8), Timed(Chunk("b"), 2, 3)}),
              ElementsAre(1, 1));
  EXPECT_EQ(reader.timings()->drafted_tokens, 0u);
}

}  // namespace
}  // namespace specctl
