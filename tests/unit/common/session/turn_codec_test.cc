#include "common/session/turn_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "specctl/v1/session.pb.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using WireTurns = google::protobuf::RepeatedPtrField<v1::Turn>;

WireTurns Encoded(const Turns& turns) {
  WireTurns wire;
  EncodeTurns(turns, wire);
  return wire;
}

TEST(TurnCodecTest, EveryTurnAndMessageComesBackInItsPlace) {
  WireTurns wire = Encoded({{{"system", "be brief"}, {"user", "why?"}},
                            {{"tool", "", "{\"role\": \"tool\"}"}},
                            {{.role = "user", .token_ids = {7, 0, 4'294'967'295}}}});
  ASSERT_EQ(wire.size(), 3);
  const Turns turns = DecodeTurns(wire);
  ASSERT_EQ(turns.size(), 3u);
  ASSERT_EQ(turns[0].size(), 2u);
  EXPECT_EQ(turns[0][0].role, "system");
  EXPECT_EQ(turns[0][0].content, "be brief");
  EXPECT_EQ(turns[0][0].raw_json, "");
  EXPECT_EQ(turns[0][1].role, "user");
  EXPECT_EQ(turns[0][1].content, "why?");
  ASSERT_EQ(turns[1].size(), 1u);
  EXPECT_EQ(turns[1][0].raw_json, "{\"role\": \"tool\"}");
  EXPECT_THAT(turns[1][0].token_ids, IsEmpty());
  EXPECT_THAT(turns[2][0].token_ids, ElementsAre(7, 0, 4'294'967'295));
}

TEST(TurnCodecTest, NothingIsNothingAndAnEmptyTurnIsATurn) {
  WireTurns none = Encoded({});
  EXPECT_THAT(DecodeTurns(none), IsEmpty());
  WireTurns empty = Encoded({{}, {{"user", "x"}}});
  const Turns turns = DecodeTurns(empty);
  ASSERT_EQ(turns.size(), 2u);
  EXPECT_THAT(turns[0], IsEmpty());
}

TEST(TurnCodecTest, TextsAreMovedOut) {
  const std::string prompt(1'000, 'x');
  WireTurns wire = Encoded({{{"user", prompt}}});
  const char* const bytes = wire[0].messages(0).content().data();
  const Turns turns = DecodeTurns(wire);
  EXPECT_EQ(turns[0][0].content, prompt);
  EXPECT_EQ(static_cast<const void*>(turns[0][0].content.data()), bytes) << "not copied";
  EXPECT_EQ(wire[0].messages(0).content(), "");
}

}  // namespace
}  // namespace specctl
