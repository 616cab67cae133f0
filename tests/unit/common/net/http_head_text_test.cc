#include "common/net/http_head_text.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(HeadLengthTest, AHeadEndsAtItsBlankLine) {
  EXPECT_EQ(HeadLength("HTTP/1.1 200 OK\r\n\r\nbody\n\n"), 19u);
  EXPECT_EQ(HeadLength("HTTP/1.1 200 OK\nA: b\n\nbody"), 22u);
  EXPECT_EQ(HeadLength("HTTP/1.1 200 OK\n\r\nbody"), 18u);
  for (const char* part : {"", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r"}) {
    EXPECT_EQ(HeadLength(part), std::string_view::npos) << part;
  }
}

TEST(PlainHeadTest, ARightOneStaysAsItIs) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a: b \r\n\r\n";
  EXPECT_EQ(PlainHead(head), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a: b\r\n\r\n");
  const std::string folded = "HTTP/1.1 200 OK\r\nX: a\r\n  b\r\n\r\n";
  EXPECT_EQ(PlainHead(folded), folded);
}

TEST(PlainHeadTest, AStatusLineMayLackItsReason) {
  EXPECT_EQ(PlainHead("HTTP/1.1 200\r\nA: b\r\n\r\n"), "HTTP/1.1 200 \r\nA: b\r\n\r\n");
  EXPECT_EQ(PlainHead("HTTP/1.1 200\n\n"), "HTTP/1.1 200 \r\n\r\n");
}

TEST(PlainHeadTest, ChunkedGoesBeforeContentLength) {
  for (const char* coding : {"chunked", "Chunked", "gzip, chunked"}) {
    const std::string fields = std::string("transfer-Encoding: ") + coding + "\r\n";
    EXPECT_EQ(PlainHead("HTTP/1.1 200 OK\r\nContent-LENGTH : 5\r\n" + fields + "\r\n"),
              "HTTP/1.1 200 OK\r\n" + fields + "\r\n");
  }
  const std::string not_last = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, x\r\n\r\n";
  EXPECT_EQ(PlainHead(not_last), not_last);
}

TEST(PlainHeadTest, IdentityIsNoCoding) {
  EXPECT_EQ(
      PlainHead("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n"),
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST(PlainHeadTest, AContentLengthSaidTwiceIsOne) {
  const std::string one = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  EXPECT_EQ(PlainHead("HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(PlainHead("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n"), one);
  const std::string contradicts = "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n";
  EXPECT_EQ(PlainHead(contradicts), contradicts);
}

}  // namespace
}  // namespace specctl
