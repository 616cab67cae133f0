#include "common/net/chunked_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace specctl {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  std::string data, fault, rest;
  bool done = false;
};

// Feeds `text` in pieces of `step` bytes.
Outcome Read(std::string_view text, size_t step) {
  ChunkedBody body;
  Outcome outcome;
  while (!text.empty() && !body.done() && !body.fault()) {
    std::string_view piece = text.substr(0, step);
    const size_t given = piece.size();
    while (!piece.empty() && !body.done() && !body.fault()) outcome.data += body.TakeData(piece);
    text.remove_prefix(given - piece.size());
  }
  outcome.done = body.done();
  outcome.fault = body.fault() ? body.fault() : "";
  outcome.rest = text;
  return outcome;
}

TEST(ChunkedBodyTest, EverySplitGivesTheSame) {
  const std::string text =
      "5\r\nhello\r\n0A ; name=\"v\"\r\n, worldly \r\n1;x\r\n!\r\n"
      "000\r\nServer-Timing: a\r\nX: \r\n\r\nHTTP/1.1";
  for (size_t step = 1; step <= text.size(); ++step) {
    SCOPED_TRACE(step);
    const Outcome outcome = Read(text, step);
    EXPECT_EQ(outcome.fault, "");
    EXPECT_EQ(outcome.data, "hello, worldly !");
    EXPECT_TRUE(outcome.done);
    EXPECT_EQ(outcome.rest, "HTTP/1.1");
  }
}

TEST(ChunkedBodyTest, DataIsHandedOnWhereItLies) {
  const std::string text = "3\r\nabc\r\n";
  std::string_view bytes = text;
  ChunkedBody body;
  EXPECT_EQ(body.TakeData(bytes).data(), text.data() + 3);
  EXPECT_EQ(bytes, "\r\n");
  EXPECT_TRUE(body.TakeData(bytes).empty());
  EXPECT_FALSE(body.done());
}

struct Malformed {
  const char* text;
  const char* says;
};

TEST(ChunkedBodyTest, WhetherItEndsWithData) {
  ChunkedBody body;
  const auto ends_with_data_after = [&](std::string_view bytes) {
    while (!bytes.empty() && !body.fault()) body.TakeData(bytes);
    return body.ends_with_data();
  };
  EXPECT_FALSE(ends_with_data_after("5\r\n"));
  EXPECT_TRUE(ends_with_data_after("he"));
  EXPECT_TRUE(ends_with_data_after("llo"));
  EXPECT_TRUE(ends_with_data_after("\r"));
  EXPECT_TRUE(ends_with_data_after("\n"));
  EXPECT_FALSE(ends_with_data_after("1"));
  EXPECT_FALSE(ends_with_data_after("\r\n"));
  EXPECT_TRUE(ends_with_data_after("!\r\n"));
  EXPECT_FALSE(ends_with_data_after("0"));
  EXPECT_FALSE(ends_with_data_after("\r\n\r\n"));
}

TEST(ChunkedBodyTest, MalformedFramingIsNamedWhereItBegins) {
  for (const Malformed& malformed :
       {Malformed{"|zz\r\n", "not a hexadecimal number"},
        Malformed{"|\r\n", "not a hexadecimal number"},
        Malformed{"5|x\r\n", "not a hexadecimal number"},
        Malformed{"5|\nhello", "not a hexadecimal"}, Malformed{"5;a|\nhello", "ends without CR"},
        Malformed{"|-5\r\n", "not a hexadecimal number"},
        Malformed{"5\r|hello", "does not end where its size says"},
        Malformed{"5\r\nhello|, world", "does not end where its size says"},
        Malformed{"5\r\nhello\r|x", "does not end where its size says"},
        Malformed{"0\r\n\r|x", "does not end where its size says"},
        Malformed{"0ffffffffffffffff|f\r\n", "too large"}}) {
    std::string text = malformed.text;
    const size_t at = text.find('|');
    text.erase(at, 1);
    SCOPED_TRACE(malformed.text);
    for (const size_t step : {size_t{1}, text.size()}) {
      const Outcome outcome = Read(text, step);
      EXPECT_THAT(outcome.fault, HasSubstr(malformed.says));
      EXPECT_EQ(outcome.rest, text.substr(at));
    }
  }
}

TEST(ChunkedBodyTest, LargestSize) {
  const Outcome outcome = Read("ffffffffffffffff\r\nabc", 1);
  EXPECT_EQ(outcome.fault, "");
  EXPECT_EQ(outcome.data, "abc");
}

TEST(ChunkedBodyTest, FramingIsBoundedDataIsNot) {
  EXPECT_THAT(Read("5;" + std::string(70'000, 'x'), 1000).fault, HasSubstr("has no end"));
  EXPECT_THAT(Read("0\r\n" + std::string(70'000, 'x'), 1000).fault, HasSubstr("has no end"));
  std::string trailers = "0\r\n";
  for (int i = 0; i < 8000; ++i) trailers += "X: 1234\r\n";
  EXPECT_THAT(Read(trailers, 1000).fault, HasSubstr("has no end"));
  std::string chunks;
  for (int i = 0; i < 20'000; ++i) chunks += "5\r\nhello\r\n";
  const Outcome outcome = Read(chunks + "0\r\n\r\n", 1000);
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(outcome.data.size(), 100'000u);
}

}  // namespace
}  // namespace specctl
