#include "common/dataset/row_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/base/hash.h"
#include "tests/unit/common/dataset/temp_folder.h"

namespace specctl {
namespace {

using testing::HasSubstr;

absl::Status Ignore(uint64_t, std::string_view) { return absl::OkStatus(); }

class RowFileTest : public testing::Test {
 protected:
  void ExpectRefused(std::string_view content, absl::StatusCode code, std::string_view text) {
    const std::string path = folder_.Write("file", content);
    const absl::StatusOr<std::string> read = ReadRows(path, Ignore);
    EXPECT_EQ(read.status().code(), code) << read.status();
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(path + std::string(text)));
  }
  TempFolder folder_;
};

TEST_F(RowFileTest, RowsComeInOrderWithTheDigestOfTheFile) {
  std::string content;
  for (int i = 0; i < 50000; ++i) content += "{\"row\": " + std::to_string(i) + "}\n";
  uint64_t rows = 0;
  bool in_order = true;
  const absl::StatusOr<std::string> sha256 =
      ReadRows(folder_.Write("file", content), [&](uint64_t line, std::string_view row) {
        in_order = in_order && line == rows + 1 && row == "{\"row\": " + std::to_string(rows) + "}";
        ++rows;
        return absl::OkStatus();
      });
  ASSERT_TRUE(sha256.ok()) << sha256.status();
  EXPECT_EQ(*sha256, Sha256Hex(content));
  EXPECT_EQ(rows, 50000u);
  EXPECT_TRUE(in_order);
}

TEST_F(RowFileTest, MissingFileIsNotFound) {
  const std::string path = folder_.Path("none.jsonl");
  const absl::StatusOr<std::string> read = ReadRows(path, Ignore);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(read.status().message(), path + ": no such file");
}

TEST_F(RowFileTest, FolderIsRefused) {
  const absl::StatusOr<std::string> read = ReadRows(folder_.path(), Ignore);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr(": is a folder; give a file in it"));
}

TEST_F(RowFileTest, EmptyFileIsRefused) {
  ExpectRefused("", absl::StatusCode::kInvalidArgument, ": the file is empty");
}

TEST_F(RowFileTest, ParquetIsRefusedWithTheCommandThatConvertsIt) {
  const std::string path = folder_.Write("it's/test.parquet", "PAR1\x15\x04");
  const absl::StatusOr<std::string> read = ReadRows(path, Ignore);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status().message()),
              HasSubstr("python3 -c 'import sys, pandas; pandas.read_parquet(sys.argv[1])"
                        ".to_json(sys.argv[2], orient=\"records\", lines=True, "
                        "force_ascii=False)' '" +
                        folder_.path() + "/it'\\''s/test.parquet' '" + folder_.path() +
                        "/it'\\''s/test.jsonl'"));
}

TEST_F(RowFileTest, CompressedAndUtf16FilesAreRefusedWithWhatToRun) {
  ExpectRefused("\x1f\x8b\x08", absl::StatusCode::kInvalidArgument,
                ": is compressed with gzip; unpack it first, e.g. with gunzip -k");
  ExpectRefused("\x28\xb5\x2f\xfd", absl::StatusCode::kInvalidArgument,
                ": is compressed with zstd; unpack it first, e.g. with unzstd");
  ExpectRefused("\xff\xfe{", absl::StatusCode::kInvalidArgument, ": is UTF-16; convert it");
}

TEST_F(RowFileTest, ErrorsOfRowsNameFileAndLine) {
  const std::string path = folder_.Write("file", "{1}\n\n{2}\n");
  const absl::StatusOr<std::string> read = ReadRows(path, [](uint64_t line, std::string_view) {
    return line == 3 ? absl::FailedPreconditionError("bad") : absl::OkStatus();
  });
  EXPECT_EQ(read.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(read.status().message(), path + ":3: bad");
}

TEST_F(RowFileTest, RowOfFiveMegabytesIsRefusedWithTheLimit) {
  const std::string row = "{\"prompt\": \"" + std::string(5'000'000, 'x') + "\"}\n";
  ExpectRefused("{}\n" + row, absl::StatusCode::kInvalidArgument,
                ":2: the row is longer than 4194304 bytes; shorten it or leave it out");
  ExpectRefused("[{},\n" + row + "]", absl::StatusCode::kInvalidArgument,
                ":2: the row is longer than 4194304 bytes; shorten it or leave it out");
}

TEST_F(RowFileTest, ArrayThatIsNotClosedNamesFileAndLine) {
  ExpectRefused("[{}\n", absl::StatusCode::kInvalidArgument, ":2: the JSON array ends without");
}

}  // namespace
}  // namespace specctl
