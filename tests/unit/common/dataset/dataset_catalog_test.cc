#include "common/dataset/dataset_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/dataset/temp_folder.h"

namespace specctl {
namespace {

using testing::HasSubstr;
using State = CatalogEntry::State;

const CatalogEntry& Find(const std::vector<CatalogEntry>& catalog, std::string_view name) {
  for (const CatalogEntry& entry : catalog) {
    if (entry.name == name) return entry;
  }
  ADD_FAILURE() << name;
  return catalog.front();
}

TEST(DatasetCatalogTest, EveryNameIsThereWithItsRows) {
  TempFolder folder;
  const std::string path = folder.Write("qualitative.jsonl",
                                        "{\"category\": \"coding\", \"turns\": \"a\"}\n"
                                        "{\"category\": \"coding\", \"turns\": \"b\"}\n"
                                        "{\"category\": \"math\", \"turns\": \"c\"}\n");
  const std::vector<CatalogEntry> catalog = MakeCatalog({folder.path()});
  EXPECT_EQ(catalog.size(), 35u);
  EXPECT_EQ(Find(catalog, "speed_bench_qualitative").rows, 3u);
  EXPECT_EQ(Find(catalog, "speed_bench_coding").rows, 2u);
  EXPECT_EQ(Find(catalog, "speed_bench_coding").path, path);
  EXPECT_EQ(Find(catalog, "speed_bench_rag").state, State::kUnusable);
  EXPECT_EQ(Find(catalog, "mt_bench").state, State::kMissing);
  EXPECT_EQ(Find(catalog, "builtin").state, State::kFound);
  EXPECT_EQ(Find(catalog, "builtin").rows, 880u);
}

TEST(DatasetCatalogTest, FilesOfOneCategoryEachAreCounted) {
  TempFolder folder;
  folder.Write("qualitative_coding.jsonl", "{\"turns\": \"a\"}\n{\"turns\": \"b\"}\n");
  folder.Write("qualitative_math.jsonl", "{\"turns\": \"c\"}\n");
  const std::vector<CatalogEntry> catalog = MakeCatalog({folder.path()});
  EXPECT_EQ(Find(catalog, "speed_bench_qualitative").rows, 3u);
  EXPECT_EQ(Find(catalog, "speed_bench_math").rows, 1u);
  EXPECT_EQ(Find(catalog, "speed_bench_rag").state, State::kMissing);
}

TEST(DatasetCatalogTest, FilesThatCannotBeReadSayWhy) {
  TempFolder folder;
  folder.Write("throughput_1k.jsonl", "{\"turns\": \n");
  folder.Write("throughput_2k/test.parquet", "PAR1");
  const std::vector<CatalogEntry> catalog = MakeCatalog({folder.path()});
  EXPECT_EQ(Find(catalog, "speed_bench_throughput_1k").state, State::kUnusable);
  EXPECT_THAT(Find(catalog, "speed_bench_throughput_1k_mixed").problem,
              HasSubstr("throughput_1k.jsonl:1: the row is not JSON"));
  EXPECT_EQ(Find(catalog, "speed_bench_throughput_2k").state, State::kUnusable);
  EXPECT_THAT(Find(catalog, "speed_bench_throughput_2k").problem, HasSubstr("is a Parquet file"));
}

TEST(DatasetCatalogTest, TableShowsWhatIsThereThenALineOnTheRest) {
  CatalogEntry found;
  found.name = "spec_bench";
  found.state = State::kFound;
  found.path = "/d/spec_bench.jsonl";
  found.rows = 1480;
  CatalogEntry missing;
  missing.name = "mt_bench";
  CatalogEntry unusable;
  unusable.name = "speed_bench_rag";
  unusable.state = State::kUnusable;
  unusable.problem = "bad\n  run this";
  CatalogEntry of_family;
  of_family.name = "speed_bench_qa";
  EXPECT_EQ(
      CatalogTable({found, missing, unusable, of_family}, {"/d"}, false),
      "name              rows  where\n"
      "spec_bench       1,480  /d/spec_bench.jsonl\n"
      "speed_bench_rag      -  bad\n"
      "\n"
      "not in /d: speed_bench_* (1 name), mt_bench; `specctl dataset inspect NAME` shows how to "
      "get one, --all lists them\n"
      "also: builtin_<category>, builtin_throughput_<isl>[_<tier>], or any file\n");
  const std::string table = CatalogTable({found, missing, unusable}, {"/d"}, true);
  EXPECT_THAT(table,
              HasSubstr("name              rows  where\n"
                        "spec_bench       1,480  /d/spec_bench.jsonl\n"
                        "mt_bench             -  not found\n"
                        "speed_bench_rag      -  bad\n"
                        "\n"
                        "not in /d: mt_bench; `specctl dataset inspect NAME` shows how to get "
                        "one\n"));
  EXPECT_THAT(CatalogTable({missing}, {}, false), HasSubstr("not in any folder (none is set): "));
}

TEST(DatasetCatalogTest, JsonHoldsTheSame) {
  CatalogEntry found;
  found.name = "builtin";
  found.state = State::kFound;
  found.rows = 880;
  EXPECT_EQ(CatalogJson({found}, {"/d"}),
            "{\n  \"searched\": [\n    \"/d\"\n  ],\n  \"datasets\": [\n    {\n"
            "      \"name\": \"builtin\",\n      \"found\": true,\n      \"rows\": 880\n    }\n"
            "  ]\n}\n");
}

}  // namespace
}  // namespace specctl
