#include "common/dataset/dataset_locator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "tests/unit/common/dataset/temp_folder.h"

namespace specctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class DatasetLocatorTest : public testing::Test {
 protected:
  std::vector<std::string> Paths(std::string_view name) {
    const auto files = LocateDataset(*ParseDatasetName(name), {first_.path(), second_.path()});
    EXPECT_TRUE(files.ok()) << files.status();
    std::vector<std::string> paths;
    for (const DatasetFile& file : files.value_or(std::vector<DatasetFile>())) {
      paths.push_back(file.path);
    }
    return paths;
  }
  absl::Status ErrorOf(std::string_view name) {
    return LocateDataset(*ParseDatasetName(name), {first_.path(), second_.path()}).status();
  }
  TempFolder first_;
  TempFolder second_;
};

TEST_F(DatasetLocatorTest, FoldersAreSearchedInOrder) {
  setenv("SPECCTL_DATASETS", "/env", 1);
  setenv("HOME", "/home/me", 1);
  EXPECT_THAT(DatasetSearchDirs("/flag"),
              ElementsAre("/flag", "/env", "/home/me/.cache/specctl/datasets"));
  unsetenv("SPECCTL_DATASETS");
  EXPECT_THAT(DatasetSearchDirs(""), ElementsAre("/home/me/.cache/specctl/datasets"));
}

TEST_F(DatasetLocatorTest, FirstFolderThatHasTheConfigWins) {
  const std::string second = second_.Write("throughput_1k.jsonl", "{}");
  EXPECT_THAT(Paths("speed_bench_throughput_1k"), ElementsAre(second));
  const std::string first = first_.Write("throughput_1k.jsonl", "{}");
  EXPECT_THAT(Paths("speed_bench_throughput_1k"), ElementsAre(first));
  EXPECT_THAT(Paths("speed_bench_throughput_1k_mixed"), ElementsAre(first));
}

TEST_F(DatasetLocatorTest, FoldersOfOtherToolsAreSearched) {
  const std::string aiperf = second_.Write("speed-bench/qualitative.jsonl", "{}");
  EXPECT_THAT(Paths("speed_bench_rag"), ElementsAre(aiperf));
  const std::string specdec_bench = first_.Write("speed/qualitative/test.jsonl", "{}");
  EXPECT_THAT(Paths("speed_bench_rag"), ElementsAre(specdec_bench));
}

TEST_F(DatasetLocatorTest, FilesOfOneCategoryEachMakeTheConfig) {
  const std::string coding = first_.Write("qualitative_coding.jsonl", "{}");
  const std::string rag = first_.Write("qualitative_rag.jsonl", "{}");
  EXPECT_THAT(Paths("speed_bench_qualitative"), ElementsAre(coding, rag));
  EXPECT_THAT(Paths("speed_bench_rag"), ElementsAre(rag));
  const auto files = LocateDataset(*ParseDatasetName("speed_bench_rag"), {first_.path()});
  EXPECT_EQ(files->front().category, "rag");
}

TEST_F(DatasetLocatorTest, FilesOfOneTierAndSubCategoryEachMakeTheTier) {
  first_.Write("throughput_1k_mixed__needle.jsonl", "{}");
  first_.Write("throughput_1k_mixed__hay.jsonl", "{}");
  first_.Write("throughput_1k_low_entropy__sort.jsonl", "{}");
  EXPECT_THAT(Paths("speed_bench_throughput_1k"), SizeIs(3));
  const auto files =
      LocateDataset(*ParseDatasetName("speed_bench_throughput_1k_mixed"), {first_.path()});
  ASSERT_THAT(*files, SizeIs(2));
  EXPECT_EQ(files->front().category, "mixed");
  EXPECT_EQ(files->front().sub_category, "hay");
}

TEST_F(DatasetLocatorTest, QuestionFilesCountOnlyInAFolderOfTheirName) {
  first_.Write("question.jsonl", "{}");
  EXPECT_TRUE(absl::IsNotFound(ErrorOf("mt_bench")));
  const std::string spec = first_.Write("spec_bench/question.jsonl", "{}");
  EXPECT_THAT(Paths("spec_bench"), ElementsAre(spec));
  const auto inside = LocateDataset(*ParseDatasetName("spec_bench"), {first_.Path("spec_bench")});
  ASSERT_TRUE(inside.ok()) << inside.status();
  EXPECT_EQ(inside->front().path, spec);
  const std::string mt = second_.Write("mt_bench.jsonl", "{}");
  EXPECT_THAT(Paths("mt_bench"), ElementsAre(mt));
}

TEST_F(DatasetLocatorTest, MissingConfigSaysWhereAndWhatToRun) {
  const absl::Status error = ErrorOf("speed_bench_coding");
  EXPECT_EQ(error.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(
      std::string(error.message()),
      HasSubstr("--dataset speed_bench_coding: no qualitative.jsonl in " + first_.path() + ", " +
                second_.path() + "; give its folder with --dataset-dir, or prepare"));
  EXPECT_THAT(std::string(error.message()),
              HasSubstr("\n  specctl dataset prepare speed_bench_qualitative --dataset-dir " +
                        first_.path()));
  EXPECT_THAT(std::string(ErrorOf("mt_bench").message()),
              HasSubstr("\n  curl -fL --create-dirs -o " + first_.path() + "/mt_bench.jsonl http"));
}

TEST_F(DatasetLocatorTest, ParquetAloneIsRefusedWithTheCommandThatImportsIt) {
  for (const char* path : {"throughput_1k/test.parquet", "speed/throughput_2k/test.parquet",
                           "throughput_8k.parquet", "throughput_16k/test-00000-of-00001.parquet"}) {
    second_.Write(path, "PAR1");
  }
  for (const char* isl : {"1k", "2k", "8k", "16k"}) {
    const std::string config = std::string("throughput_") + isl;
    const absl::Status error = ErrorOf("speed_bench_" + config);
    EXPECT_EQ(error.code(), absl::StatusCode::kFailedPrecondition) << error;
    EXPECT_THAT(std::string(error.message()),
                HasSubstr("is a Parquet file; import it:\n  specctl dataset import " +
                          second_.path() + "/"));
    EXPECT_THAT(std::string(error.message()),
                testing::EndsWith(".parquet --dataset-dir " + second_.path()));
    // Where the command puts it.
    const std::string imported = second_.Path("speed-bench/" + config + ".jsonl");
    second_.Write("speed-bench/" + config + ".jsonl", "{}");
    EXPECT_THAT(Paths("speed_bench_" + config), ElementsAre(imported));
  }
}

}  // namespace
}  // namespace specctl
