#include "common/net/sse_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr size_t kBytesMax = 1 << 20;

// "name|data" of each event.
void Drain(SseParser& parser, std::vector<std::string>& events) {
  while (const auto event = parser.Next()) {
    events.push_back(std::string(event->name) + "|" + std::string(event->data));
  }
}

std::vector<std::string> Parse(std::string_view stream) {
  SseParser parser(kBytesMax);
  std::vector<std::string> events;
  EXPECT_TRUE(parser.Feed(stream).ok());
  Drain(parser, events);
  return events;
}

TEST(SseParserTest, LinesEndInLfCrLfOrCr) {
  EXPECT_THAT(Parse("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\r\n\n"),
              ElementsAre("|a", "|b", "|c", "|d"));
}

TEST(SseParserTest, DataLinesAreJoinedByLf) {
  EXPECT_THAT(Parse("data: a\ndata:b\ndata:  c\n\n"), ElementsAre("|a\nb\n c"));
  EXPECT_THAT(Parse("data\ndata\n\n"), ElementsAre("|\n"));
}

TEST(SseParserTest, EventWithoutDataIsNoEvent) {
  EXPECT_THAT(Parse("\n\n: c\n\nid: 1\nretry: 5\n\ndata: a\n\n"), ElementsAre("|a"));
  EXPECT_THAT(Parse("data:\n\ndata: \n\ndata\n\ndata: a\n\ndata:\n\n"), ElementsAre("|a"));
  EXPECT_THAT(Parse("data:\ndata: a\n\n"), ElementsAre("|\na"));
}

TEST(SseParserTest, AnEventWithANameIsReturnedWithItsComments) {
  const auto comments = [](std::string_view stream) {
    SseParser parser(kBytesMax);
    EXPECT_TRUE(parser.Feed(stream).ok());
    std::vector<std::string> told;
    while (const auto event = parser.Next()) {
      told.push_back(std::string(event->name) + "|" + std::string(event->data) + "|" +
                     std::string(event->comment));
    }
    return told;
  };
  EXPECT_THAT(comments(": before\n\nevent: error\n: dead\n:again\n\n: after\ndata: a\n\n"),
              ElementsAre("error||dead\nagain", "|a|"));
  EXPECT_THAT(comments(":x\nevent: e\ndata:\n\nevent: e\ndata: b\n\n"),
              ElementsAre("e||x", "e|b|"));
  const std::string longest(10 * SseParser::kCommentBytesMax, 'x');
  EXPECT_THAT(comments("event: e\n:" + longest + "\n:" + longest + "\n\n"),
              ElementsAre("e||" + longest.substr(0, SseParser::kCommentBytesMax)));
}

TEST(SseParserTest, NameBelongsToItsEventWhereverItStands) {
  EXPECT_THAT(Parse("event: one\ndata: a\n\ndata: b\n\ndata: cc\nevent: three\ndata: dddddddd\n\n"),
              ElementsAre("one|a", "|b", "three|cc\ndddddddd"));
}

TEST(SseParserTest, FieldsAreMatchedWhole) {
  EXPECT_THAT(Parse("datas: a\nDATA: b\n data: c\nda: d\n\ndata:x:y\n\n"), ElementsAre("|x:y"));
}

TEST(SseParserTest, CommentsAreCounted) {
  SseParser parser(kBytesMax);
  ASSERT_TRUE(parser.Feed(":\n\n: ping\ndata: a\n:x\ndata: b\n\n").ok());
  std::vector<std::string> events;
  Drain(parser, events);
  EXPECT_THAT(events, ElementsAre("|a\nb"));
  EXPECT_EQ(parser.comments(), 3u);
}

TEST(SseParserTest, ByteOrderMarkIsSkippedAtTheStartOnly) {
  EXPECT_THAT(Parse("\xEF\xBB\xBF"
                    "data: a\n\n\xEF\xBB\xBF"
                    "data: b\n\ndata: c\n\n"),
              ElementsAre("|a", "|c"));
}

TEST(SseParserTest, CutOffEventIsNeverReturned) {
  SseParser parser(kBytesMax);
  ASSERT_TRUE(parser.Feed("data: a\n\ndata: b\n").ok());
  std::vector<std::string> events;
  Drain(parser, events);
  EXPECT_THAT(events, ElementsAre("|a"));
  EXPECT_TRUE(parser.has_partial_event());
  ASSERT_TRUE(parser.Feed("\n").ok());
  Drain(parser, events);
  EXPECT_THAT(events, ElementsAre("|a", "|b"));
  EXPECT_FALSE(parser.has_partial_event());
}

TEST(SseParserTest, CrAtTheEndOfAReadEndsTheEventAtOnce) {
  SseParser parser(kBytesMax);
  std::vector<std::string> events;
  ASSERT_TRUE(parser.Feed("data: a\r\n\r").ok());
  Drain(parser, events);
  EXPECT_THAT(events, ElementsAre("|a"));
  ASSERT_TRUE(parser.Feed("\n").ok());
  Drain(parser, events);
  EXPECT_FALSE(parser.has_partial_event());
  ASSERT_TRUE(parser.Feed("data: b\r\n\r\n").ok());
  Drain(parser, events);
  EXPECT_THAT(events, ElementsAre("|a", "|b"));
}

// The network may cut the stream at any byte: every cut must give the same events.
TEST(SseParserTest, EveryByteSplitGivesTheSameEvents) {
  const std::string stream =
      "\xEF\xBB\xBF: ping\r\n\r\ndata: {\"a\":1}\r\n\r\nevent: n\rdata: x\rdata: y\r\r"
      "data: 1\ndata: 2\nevent: late\ndata: 3\n\ndata: 5\r\ndata: 6\r\n\r\ndata:[DONE]\n\n";
  const auto whole = Parse(stream);
  ASSERT_THAT(whole, ElementsAre("|{\"a\":1}", "n|x\ny", "late|1\n2\n3", "|5\n6", "|[DONE]"));
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    SCOPED_TRACE(cut);
    SseParser parser(kBytesMax);
    std::vector<std::string> events;
    ASSERT_TRUE(parser.Feed(std::string_view(stream).substr(0, cut)).ok());
    Drain(parser, events);
    ASSERT_TRUE(parser.Feed(std::string_view(stream).substr(cut)).ok());
    Drain(parser, events);
    EXPECT_EQ(events, whole);
  }
}

TEST(SseParserTest, ByteByByteAndThroughBufferGrowth) {
  std::string stream;
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    const std::string payload(static_cast<size_t>(i) * 97, static_cast<char>('a' + i % 26));
    stream += "data: " + payload + "\ndata: z\n\n";
    expected.push_back("|" + payload + "\nz");
  }
  for (const size_t step : {size_t{1}, size_t{7}, size_t{1000}, stream.size()}) {
    SseParser parser(kBytesMax);
    std::vector<std::string> events;
    for (size_t at = 0; at < stream.size(); at += step) {
      ASSERT_TRUE(parser.Feed(std::string_view(stream).substr(at, step)).ok());
      Drain(parser, events);
    }
    EXPECT_EQ(events, expected) << step;
  }
}

TEST(SseParserTest, ViewsOfOneFeedStayValidTogether) {
  SseParser parser(kBytesMax);
  ASSERT_TRUE(parser.Feed("data: a\ndata: b\n\ndata: c\ndata: d\n\n").ok());
  const auto first = parser.Next();
  const auto second = parser.Next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->data, "a\nb");
  EXPECT_EQ(second->data, "c\nd");
}

TEST(SseParserTest, WholeEventsAreReadWhereTheyLie) {
  const std::string bytes = "data: a\n\nevent: n\ndata: b\n\n";
  SseParser parser(kBytesMax);
  ASSERT_TRUE(parser.Feed(bytes).ok());
  EXPECT_EQ(parser.Next()->data.data(), bytes.data() + 6);
  EXPECT_EQ(parser.Next()->data.data(), bytes.data() + bytes.size() - 3);
  EXPECT_FALSE(parser.Next());
}

// A part of an event is kept, whatever becomes of the bytes that were fed.
TEST(SseParserTest, PartsOfEventsAreKept) {
  SseParser parser(kBytesMax);
  std::vector<std::string> events;
  for (const char* piece :
       {"data: 1\n\nda", "ta: 2\ndata", ": 3\n", "\ndata: 4", "\n\ndata: 5\n\n"}) {
    std::string bytes(piece);
    ASSERT_TRUE(parser.Feed(bytes).ok());
    Drain(parser, events);
    bytes.assign(bytes.size(), '#');
  }
  EXPECT_THAT(events, ElementsAre("|1", "|2\n3", "|4", "|5"));
}

TEST(SseParserTest, DataIsFollowedByReadablePadding) {
  SseParser parser(kBytesMax);
  // Whole in what is fed, which has its padding; in parts; of two lines.
  for (const std::string stream : {"data: {}\n\n", "data: [", "1]\n\n", "data: {\ndata: }\n\n"}) {
    const std::string padded = stream + std::string(SseParser::kPadding, '\0');
    ASSERT_TRUE(parser.Feed(std::string_view(padded).substr(0, stream.size())).ok());
    while (const auto event = parser.Next()) {
      const char* const after = event->data.data() + event->data.size();
      int sum = 0;
      for (size_t i = 0; i < SseParser::kPadding; ++i) sum += after[i];  // ASan sees an overrun
      EXPECT_GE(sum, 0);
    }
  }
}

TEST(SseParserTest, TooLongAnEventIsRefused) {
  SseParser parser(/*event_bytes_max=*/8);
  EXPECT_TRUE(parser.Feed("data: ab").ok());
  const absl::Status status = parser.Feed("c");
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("longer than 8 bytes"));
}

TEST(SseParserTest, ManyShortEventsAreNotTooLong) {
  SseParser parser(/*event_bytes_max=*/12);
  std::vector<std::string> events;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(parser.Feed("data: a\n\ndata: b\n\ndata").ok());
    Drain(parser, events);
    ASSERT_TRUE(parser.Feed(": c\n\n").ok());
    Drain(parser, events);
  }
  EXPECT_EQ(events.size(), 30u);
}

TEST(SseParserTest, EndlessCommentsKeepNothing) {
  SseParser parser(/*event_bytes_max=*/64);
  std::vector<std::string> events;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(parser.Feed(": keep-alive\n").ok());
    Drain(parser, events);
  }
  EXPECT_EQ(parser.comments(), 1000u);
  EXPECT_THAT(events, IsEmpty());
  EXPECT_FALSE(parser.has_partial_event());
}

TEST(SseParserTest, ResetForgetsHalfAnEvent) {
  SseParser parser(kBytesMax);
  std::vector<std::string> events;
  ASSERT_TRUE(parser.Feed("event: x\ndata: lost\n").ok());
  Drain(parser, events);
  parser.Reset();
  ASSERT_TRUE(parser.Feed("data: a\n\n").ok());
  Drain(parser, events);
  EXPECT_THAT(events, ElementsAre("|a"));
}

TEST(SseParserTest, WhetherAnythingWasFedBehindAnEvent) {
  SseParser parser(1000);
  const auto at_end_after_event = [&](std::string_view bytes) {
    EXPECT_TRUE(parser.Feed(bytes).ok());
    EXPECT_TRUE(parser.Next().has_value());
    const bool at_end = parser.at_end();
    while (parser.Next()) {
    }
    return at_end;
  };
  EXPECT_TRUE(at_end_after_event("data: a\n\n"));
  EXPECT_TRUE(at_end_after_event("data: a\r\n\r\n"));
  EXPECT_FALSE(at_end_after_event("data: a\n\n\n"));
  EXPECT_FALSE(at_end_after_event("data: a\n\n: ping\n\n"));
  EXPECT_FALSE(at_end_after_event("data: a\n\ndata: b\n\n"));
  EXPECT_FALSE(at_end_after_event("data: a\n\nd"));
  EXPECT_TRUE(at_end_after_event("ata: b\n\n"));
}

}  // namespace
}  // namespace specctl
