#include "common/engine/reply_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

StreamEvent Event(std::string_view text, std::string_view ids = "") {
  StreamEvent event;
  event.text = text;
  event.token_ids_json = ids;
  if (!ids.empty()) event.token_ids = 1;
  return event;
}

TEST(ReplyKeeperTest, KeepsWhatItIsToldTo) {
  ReplyKeeper keeper;
  keeper.BeginReply({.text = true, .ids = true});
  StreamEvent thought;
  thought.reasoning = "hm";
  thought.reasoning_field = "reasoning";
  thought.token_ids = 1;
  thought.token_ids_json = "[7]";
  keeper.TakeEvent(thought, true);
  keeper.TakeEvent(Event("a", "[1]"), true);
  keeper.TakeEvent(Event("", ""), false);
  keeper.TakeEvent(Event("b", "[22]"), true);
  EXPECT_EQ(keeper.reply().text, "ab");
  EXPECT_EQ(keeper.reply().reasoning, "");
  EXPECT_THAT(keeper.reply().ids, ElementsAre(7, 1, 22)) << "of the reasoning, too";
  keeper.BeginReply({.reasoning = true});
  keeper.TakeEvent(thought, true);
  EXPECT_EQ(keeper.reply().reasoning, "hm");
  EXPECT_EQ(keeper.reply().reasoning_field, "reasoning");
  EXPECT_EQ(keeper.reply().text, "");
  EXPECT_THAT(keeper.reply().ids, IsEmpty());
}

TEST(ReplyKeeperTest, IdsOfAllSoFarStandForThoseBefore) {
  ReplyKeeper keeper;
  keeper.BeginReply({.ids = true});
  for (const char* ids : {"[1]", "[1,2]", "[1,2,3]"}) {
    StreamEvent event;
    event.text_so_far = true;
    event.token_ids_json = ids;
    keeper.TakeEvent(event, true);
  }
  StreamEvent end;  // tells no ids, and has no token
  end.text_so_far = true;
  keeper.TakeEvent(end, false);
  EXPECT_THAT(keeper.reply().ids, ElementsAre(1, 2, 3));
}

TEST(ReplyKeeperTest, SomeIdsAreNone) {
  ReplyKeeper keeper;
  keeper.BeginReply({.ids = true});
  keeper.TakeEvent(Event("a", "[1]"), true);
  keeper.TakeEvent(Event("b"), true);
  keeper.TakeEvent(Event("c", "[3]"), true);
  EXPECT_THAT(keeper.reply().ids, IsEmpty());
}

}  // namespace
}  // namespace specctl
