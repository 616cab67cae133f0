#include "common/dataset/row_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace specctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using Rows = std::vector<std::pair<uint64_t, std::string>>;

struct Split {
  Rows rows;
  absl::Status status;
};

Split SplitParts(const std::vector<std::string_view>& parts, size_t row_bytes_max = 1000) {
  Split split;
  RowSplitter splitter(
      [&](uint64_t line, std::string_view row) {
        split.rows.emplace_back(line, row);
        return absl::OkStatus();
      },
      row_bytes_max);
  for (const std::string_view part : parts) {
    split.status = splitter.Feed(part);
    if (!split.status.ok()) return split;
  }
  split.status = splitter.Finish();
  return split;
}

Split SplitText(std::string_view text, size_t row_bytes_max = 1000) {
  return SplitParts({text}, row_bytes_max);
}

TEST(RowSplitterTest, LinesAreRowsAndBlankLinesCount) {
  const Split split = SplitText("{1}\r\n\n  \n {2} \n{3}");
  EXPECT_TRUE(split.status.ok()) << split.status;
  EXPECT_THAT(split.rows, ElementsAre(Pair(1, "{1}"), Pair(4, "{2}"), Pair(5, "{3}")));
}

TEST(RowSplitterTest, ByteOrderMarkIsNoPartOfTheFirstRow) {
  EXPECT_THAT(SplitText("\xEF\xBB\xBF{1}\n").rows, ElementsAre(Pair(1, "{1}")));
}

TEST(RowSplitterTest, NothingButSpaceHasNoRows) {
  const Split split = SplitText(" \n\t\r\n");
  EXPECT_TRUE(split.status.ok());
  EXPECT_THAT(split.rows, IsEmpty());
}

TEST(RowSplitterTest, ElementsOfAnArrayAreRowsWithTheLineWhereTheyBegin) {
  const Split split = SplitText("\n[\n {\"a\": [1, {\"b\": 2}]},\n\n {\n\"c\": 3}\n , 4]\n");
  EXPECT_TRUE(split.status.ok()) << split.status;
  EXPECT_THAT(split.rows, ElementsAre(Pair(3, "{\"a\": [1, {\"b\": 2}]}"), Pair(5, "{\n\"c\": 3}"),
                                      Pair(7, "4")));
}

TEST(RowSplitterTest, BracketsCommasAndQuotesInsideStringsSplitNothing) {
  const Split split = SplitText(R"([{"a": "], [ \" , \\"}, "x]"])");
  EXPECT_TRUE(split.status.ok()) << split.status;
  EXPECT_THAT(split.rows, ElementsAre(Pair(1, R"({"a": "], [ \" , \\"})"), Pair(1, "\"x]\"")));
}

TEST(RowSplitterTest, EveryByteSplitGivesTheSameRows) {
  for (const std::string_view text :
       {std::string_view("\xEF\xBB\xBF{\"a\": \"\\\"\"}\n\n{2}\r\n{3}"),
        std::string_view("[{\"a\": \"]\\\\\"},\n[1, 2],\n 3 ]\n")}) {
    const Rows whole = SplitText(text).rows;
    EXPECT_EQ(whole.size(), 3u);
    for (size_t at = 0; at <= text.size(); ++at) {
      EXPECT_EQ(SplitParts({text.substr(0, at), text.substr(at)}).rows, whole) << at;
    }
  }
}

TEST(RowSplitterTest, ArrayThatIsNotClosedIsRefused) {
  const Split split = SplitText("[{1},\n{2}\n");
  EXPECT_EQ(split.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(split.status.message(), "3: the JSON array ends without its closing bracket");
}

TEST(RowSplitterTest, CommasTooManyOrTooFewAreRefusedWithTheirLine) {
  EXPECT_EQ(SplitText("[{1},\n,{2}]").status.message(), "2: a comma with no row before it");
  EXPECT_EQ(SplitText("[,{1}]").status.message(), "1: a comma with no row before it");
  EXPECT_EQ(SplitText("[{1},\n{2},\n]").status.message(), "3: a comma with no row behind it");
  EXPECT_EQ(SplitText("[,]").status.message(), "1: a comma with no row before it");
  EXPECT_EQ(SplitText("[{1}\n{2}]").status.message(),
            "2: need a comma or ] after the previous row");
  EXPECT_EQ(SplitText("[{1}}]").status.message(), "1: need a comma or ] after the previous row");
  EXPECT_TRUE(SplitText("[ ]").status.ok());
}

TEST(RowSplitterTest, TextAfterAnArrayIsRefused) {
  const Split split = SplitText("[{1}]\n\n{2}");
  EXPECT_EQ(split.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(split.status.message(), "3: text after the end of the JSON array");
}

TEST(RowSplitterTest, RowBeyondTheLimitIsRefusedWithItsLine) {
  EXPECT_TRUE(SplitText("{1}\n{12345678}\n", 10).status.ok());
  for (const std::string_view text : {"{1}\n{123456789}\n", "[{1},\n{123456789}]"}) {
    const Split split = SplitText(text, 10);
    EXPECT_EQ(split.status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(split.status.message()),
                HasSubstr("2: the row is longer than 10 bytes"));
    EXPECT_THAT(split.rows, ElementsAre(Pair(1, "{1}")));
  }
}

TEST(RowSplitterTest, RowBeyondTheLimitIsRefusedBeforeItEnds) {
  RowSplitter splitter([](uint64_t, std::string_view) { return absl::OkStatus(); }, 100);
  const std::string part(60, 'x');
  EXPECT_TRUE(splitter.Feed(part).ok());
  EXPECT_EQ(splitter.Feed(part).code(), absl::StatusCode::kInvalidArgument);
}

TEST(RowSplitterTest, ErrorOfTheSinkEndsIt) {
  int rows = 0;
  RowSplitter splitter([&](uint64_t, std::string_view) {
    ++rows;
    return absl::DataLossError("no");
  });
  EXPECT_EQ(splitter.Feed("{1}\n{2}\n").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(rows, 1);
}

}  // namespace
}  // namespace specctl
