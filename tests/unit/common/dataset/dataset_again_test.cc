#include "common/dataset/dataset_again.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/unit/common/dataset/temp_folder.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kRows =
    "{\"category\": \"coding\", \"turns\": \"a\"}\n{\"category\": \"math\", \"turns\": \"b\"}\n";

Dataset Load(const std::string& name, const std::string& dir) {
  DatasetRequest request;
  request.dataset = name;
  request.search_dirs = {dir};
  auto dataset = LoadDataset(request);
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  return *std::move(dataset);
}

TEST(DatasetAgainTest, ANamedSelectionIsMadeAgain) {
  TempFolder folder;
  folder.Write("qualitative.jsonl", kRows);
  const Dataset before = Load("speed_bench_coding", folder.path());
  const auto again = LoadDataset(RequestOf(before.identity, {}));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->identity.rows, 1u);
  EXPECT_EQ(again->identity.name, "speed_bench_coding");
  EXPECT_TRUE(CheckSame(before.identity, again->identity).ok());
}

TEST(DatasetAgainTest, OfFilesOfOneCategoryEachAndOfOneInAFolderToo) {
  TempFolder folder;
  folder.Write("qualitative_coding.jsonl", "{\"turns\": \"a\"}\n");
  folder.Write("qualitative_math.jsonl", "{\"turns\": \"b\"}\n");
  folder.Write("speed-bench/throughput_1k/test.jsonl",
               "{\"category\":\"mixed\",\"turns\":\"c\"}\n");
  for (const char* name :
       {"speed_bench_qualitative", "speed_bench_math", "speed_bench_throughput_1k_mixed"}) {
    const Dataset before = Load(name, folder.path());
    const auto again = LoadDataset(RequestOf(before.identity, {}));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->identity.path, before.identity.path);
    EXPECT_TRUE(CheckSame(before.identity, again->identity).ok()) << name;
    EXPECT_EQ(again->conversations.front().category, before.conversations.front().category);
  }
}

TEST(DatasetAgainTest, AFileThatWasNamedBesidesIsReadFromThere) {
  TempFolder folder;
  DatasetRequest request;
  request.dataset = "speed_bench_math";
  request.file = folder.Write("mine.jsonl", kRows);
  const auto before = LoadDataset(request);
  ASSERT_TRUE(before.ok()) << before.status();
  const DatasetRequest again = RequestOf(before->identity, {});
  EXPECT_EQ(again.dataset, "speed_bench_math");
  EXPECT_EQ(again.file, request.file);
}

TEST(DatasetAgainTest, AUsersFileAndBuiltinAreThemselves) {
  EXPECT_EQ(RequestOf({.name = "my.jsonl", .path = "my.jsonl"}, {}).dataset, "my.jsonl");
  EXPECT_EQ(RequestOf({.name = "builtin", .path = "", .builtin = true}, {}).dataset, "builtin");
}

TEST(DatasetAgainTest, ChangedRowsAreRefused) {
  TempFolder folder;
  folder.Write("qualitative.jsonl", kRows);
  const Dataset before = Load("speed_bench_coding", folder.path());
  folder.Write("qualitative.jsonl", "{\"category\": \"coding\", \"turns\": \"changed\"}\n");
  const auto again = LoadDataset(RequestOf(before.identity, {}));
  ASSERT_TRUE(again.ok()) << again.status();
  const absl::Status same = CheckSame(before.identity, again->identity);
  EXPECT_EQ(same.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(same.message()), HasSubstr("has changed since that run: 1 rows with"));
}

}  // namespace
}  // namespace specctl
