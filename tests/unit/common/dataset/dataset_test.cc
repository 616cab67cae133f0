#include "common/dataset/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/base/hash.h"
#include "tests/unit/common/dataset/temp_folder.h"

namespace specctl {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Dataset Loaded(const DatasetRequest& request) {
  absl::StatusOr<Dataset> dataset = LoadDataset(request);
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  return dataset.ok() ? *std::move(dataset) : Dataset();
}

DatasetRequest Named(std::string dataset, std::vector<std::string> dirs = {}) {
  DatasetRequest request;
  request.dataset = std::move(dataset);
  request.search_dirs = std::move(dirs);
  return request;
}

size_t TurnsOf(const Dataset& dataset) {
  size_t turns = 0;
  for (const Conversation& conversation : dataset.conversations) turns += conversation.turns.size();
  return turns;
}

void ExpectRefused(const DatasetRequest& request, absl::StatusCode code, std::string_view text) {
  const absl::StatusOr<Dataset> dataset = LoadDataset(request);
  EXPECT_EQ(dataset.status().code(), code) << dataset.status();
  EXPECT_THAT(std::string(dataset.status().message()), HasSubstr(std::string(text)));
}

TEST(DatasetTest, EveryFormOfAFileIsDetected) {
  struct Case {
    const char* file;
    const char* format;
    size_t rows;
    size_t turns;
  };
  for (const Case& expected :
       {Case{"speed_bench_messages.jsonl", "speed_bench_messages", 3, 4},
        Case{"speed_bench_turns.jsonl", "turns", 3, 3}, Case{"turns_string.jsonl", "turns", 2, 2},
        Case{"mt_bench.jsonl", "turns", 2, 4}, Case{"prompts.jsonl", "prompt", 3, 4},
        Case{"openai.jsonl", "openai_messages", 5, 5}, Case{"multi_turn.jsonl", "turns", 2, 3},
        Case{"sharegpt.json", "sharegpt", 2, 3}}) {
    const Dataset dataset = Loaded(Named(GoldenDataset(expected.file)));
    EXPECT_EQ(dataset.identity.format, expected.format) << expected.file;
    EXPECT_EQ(dataset.identity.rows, expected.rows) << expected.file;
    EXPECT_EQ(dataset.conversations.size(), expected.rows) << expected.file;
    EXPECT_EQ(TurnsOf(dataset), expected.turns) << expected.file;
    EXPECT_EQ(dataset.family, DatasetFamily::kFile);
    EXPECT_FALSE(dataset.identity.builtin);
  }
}

TEST(DatasetTest, IdentityNamesTheFileAndItsDigest) {
  TempFolder folder;
  const std::string content = "{\"prompt\": \"a\"}\n";
  const std::string path = folder.Write("mine.jsonl", content);
  const Dataset dataset = Loaded(Named(path));
  EXPECT_EQ(dataset.identity.name, path);
  EXPECT_EQ(dataset.identity.path, path);
  EXPECT_EQ(dataset.identity.sha256, Sha256Hex(content));
}

TEST(DatasetTest, RowsKnowTheirLine) {
  const Dataset dataset = Loaded(Named(GoldenDataset("turns_string.jsonl")));
  EXPECT_EQ(dataset.conversations[0].line, 1u);
  EXPECT_EQ(dataset.conversations[1].line, 3u);
}

TEST(DatasetTest, GivenFormOverridesTheDetectedOne) {
  DatasetRequest request = Named(GoldenDataset("speed_bench_messages.jsonl"));
  request.form = RowForm::kOpenAiMessages;
  const Dataset dataset = Loaded(request);
  EXPECT_EQ(dataset.identity.format, "openai_messages");
  EXPECT_EQ(TurnsOf(dataset), 3u);
  EXPECT_EQ(dataset.conversations.front().turns.front().size(), 2u);
}

TEST(DatasetTest, NameOfACategoryOrTierSelectsItsRows) {
  TempFolder folder;
  const std::string row = R"(", "turns": ["a"]})";
  std::string content;
  for (const char* tier : {"low_entropy", "mixed", "mixed", "high_entropy"}) {
    content += std::string(R"({"category": ")") + tier + row + "\n";
  }
  folder.Write("throughput_1k.jsonl", content);
  const Dataset dataset = Loaded(Named("speed_bench_throughput_1k_mixed", {folder.path()}));
  EXPECT_EQ(dataset.family, DatasetFamily::kSpeedBench);
  EXPECT_EQ(dataset.identity.name, "speed_bench_throughput_1k_mixed");
  EXPECT_EQ(dataset.identity.rows, 2u);
  EXPECT_EQ(dataset.conversations.front().tier, "mixed");
  EXPECT_EQ(dataset.identity.sha256, Sha256Hex(content));
  EXPECT_THAT(dataset.notes,
              Contains("speed_bench_throughput_1k_mixed has 512 rows, this file has 2"));
}

TEST(DatasetTest, SelectionWithoutRowsIsRefused) {
  TempFolder folder;
  const std::string path =
      folder.Write("qualitative.jsonl", R"({"category": "coding", "turns": "a"})");
  ExpectRefused(
      Named("speed_bench_math", {folder.path()}), absl::StatusCode::kInvalidArgument,
      path +
          ": no row has the category math, which speed_bench_math selects; its categories: coding");
}

TEST(DatasetTest, NamedSpeedBenchTakesUserMessagesForTurns) {
  TempFolder folder;
  folder.Write(
      "qualitative.jsonl",
      R"({"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]})");
  EXPECT_EQ(TurnsOf(Loaded(Named("speed_bench_qualitative", {folder.path()}))), 2u);
}

TEST(DatasetTest, NamedDatasetIsReadFromAGivenFile) {
  DatasetRequest request = Named("speed_bench_coding");
  request.file = GoldenDataset("speed_bench_messages.jsonl");
  const Dataset dataset = Loaded(request);
  EXPECT_EQ(dataset.family, DatasetFamily::kSpeedBench);
  EXPECT_EQ(dataset.identity.name, "speed_bench_coding");
  EXPECT_EQ(dataset.identity.path, request.file);
  EXPECT_EQ(dataset.identity.rows, 2u);
}

TEST(DatasetTest, FilesOfOneCategoryEachAreJoined) {
  TempFolder folder;
  folder.Write("qualitative_coding.jsonl", R"({"turns": "a"})");
  folder.Write("qualitative_math.jsonl", R"({"turns": "b"})");
  const Dataset dataset = Loaded(Named("speed_bench_qualitative", {folder.path()}));
  ASSERT_EQ(dataset.conversations.size(), 2u);
  EXPECT_EQ(dataset.conversations[0].category, "coding");
  EXPECT_EQ(dataset.conversations[1].category, "math");
  EXPECT_EQ(dataset.identity.sha256,
            Sha256Hex(Sha256Hex(R"({"turns": "a"})") + "  qualitative_coding.jsonl\n" +
                      Sha256Hex(R"({"turns": "b"})") + "  qualitative_math.jsonl\n"));
  EXPECT_THAT(dataset.identity.path, HasSubstr("coding.jsonl, "));
}

TEST(DatasetTest, NothingNamedIsSpeedBenchWhereFoundElseBuiltin) {
  TempFolder folder;
  const Dataset builtin = Loaded(Named("", {folder.path()}));
  EXPECT_EQ(builtin.identity.name, "builtin");
  EXPECT_THAT(
      builtin.notes,
      Contains("no --dataset: using generated prompts; speed_bench_throughput_1k is not in " +
               folder.path()));
  folder.Write("throughput_1k.jsonl", R"({"category": "mixed", "turns": "a"})");
  const Dataset found = Loaded(Named("", {folder.path()}));
  EXPECT_EQ(found.identity.name, "speed_bench_throughput_1k");
  EXPECT_THAT(found.notes, Contains("no --dataset: using speed_bench_throughput_1k"));
}

TEST(DatasetTest, BuiltinSaysThatItIs) {
  const Dataset dataset = Loaded(Named("builtin_coding"));
  EXPECT_TRUE(dataset.identity.builtin);
  EXPECT_EQ(dataset.identity.path, "");
  EXPECT_EQ(dataset.identity.rows, 80u);
  EXPECT_EQ(dataset.identity.sha256.size(), 64u);
  DatasetRequest request = Named("builtin");
  request.form = RowForm::kTurns;
  ExpectRefused(request, absl::StatusCode::kInvalidArgument, "--dataset-format: builtin is");
}

TEST(DatasetTest, UnknownNameSaysWhichAreNear) {
  ExpectRefused(Named("speed_bench_codin"), absl::StatusCode::kNotFound,
                "--dataset speed_bench_codin: not the name of a dataset, and no such file; did you "
                "mean speed_bench_coding");
  ExpectRefused(Named("qqqqqqqqqqqqqqqqqqqq"), absl::StatusCode::kNotFound,
                "and no such file; `specctl dataset list` shows the names");
}

TEST(DatasetTest, UnknownPathIsNoSuchFile) {
  ExpectRefused(Named("data/none"), absl::StatusCode::kNotFound,
                "--dataset data/none: no such file");
  ExpectRefused(Named("none.jsonl"), absl::StatusCode::kNotFound, "no such file");
}

TEST(DatasetTest, PlaceholderIsRefusedWithFileLineAndWhatToRun) {
  const std::string path = GoldenDataset("placeholder.jsonl");
  ExpectRefused(
      Named(path), absl::StatusCode::kFailedPrecondition,
      path + ":2: turn 1 still holds SPEED-Bench's placeholder instead of its text; prepare it");
  DatasetRequest request = Named("speed_bench_summarization");
  request.file = path;
  ExpectRefused(request, absl::StatusCode::kFailedPrecondition,
                "specctl dataset prepare speed_bench_qualitative --dataset-dir ");
}

TEST(DatasetTest, BadRowNamesFileAndLine) {
  TempFolder folder;
  const std::string path = folder.Write("mine.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": \n");
  ExpectRefused(Named(path), absl::StatusCode::kInvalidArgument, path + ":2: the row is not JSON");
}

TEST(DatasetTest, FileWithoutRowsIsRefused) {
  TempFolder folder;
  ExpectRefused(Named(folder.Write("a.jsonl", "\n\n")), absl::StatusCode::kInvalidArgument,
                "a.jsonl: the file holds no rows");
  ExpectRefused(Named(folder.Write("b.json", "[]")), absl::StatusCode::kInvalidArgument,
                "b.json: the file holds no rows");
  ExpectRefused(Named(folder.Write("c.jsonl", "{\"conversations\": []}")),
                absl::StatusCode::kInvalidArgument, "c.jsonl: every row was skipped");
}

TEST(DatasetTest, RepeatedIdsAreNoted) {
  TempFolder folder;
  const std::string row = "{\"id\": 1, \"prompt\": \"a\"}\n";
  EXPECT_THAT(Loaded(Named(folder.Write("a.jsonl", row + row))).notes,
              ElementsAre("1 rows repeat the question_id of an earlier row"));
}

TEST(DatasetTest, RowsOfWholeDatasetsAreKnown) {
  const auto rows = [](std::string_view name) {
    return RowsOfNamedDataset(*ParseDatasetName(name));
  };
  EXPECT_EQ(rows("speed_bench_qualitative"), 880u);
  EXPECT_EQ(rows("speed_bench_qa"), 80u);
  EXPECT_EQ(rows("speed_bench_throughput_32k"), 1536u);
  EXPECT_EQ(rows("speed_bench_throughput_32k_mixed"), 512u);
  EXPECT_EQ(rows("mt_bench"), 80u);
  EXPECT_EQ(rows("spec_bench"), 480u);
}

TEST(DatasetTest, TextOfSpecBenchIsReadWhereItIsPresent) {
  const std::string dir = GoldenDataset("../../../../shared/data");
  if (!std::filesystem::exists(dir + "/spec_bench/question.jsonl")) {
    GTEST_SKIP() << "no " << dir << "/spec_bench/question.jsonl";
  }
  const Dataset dataset = Loaded(Named("spec_bench", {dir}));
  EXPECT_EQ(dataset.identity.rows, 480u);
  EXPECT_EQ(TurnsOf(dataset), 560u);
  EXPECT_THAT(dataset.notes, IsEmpty());
  EXPECT_EQ(dataset.conversations.front().question_id, "81");
  std::map<std::string, int> rows_by_category;
  for (const Conversation& conversation : dataset.conversations) {
    ++rows_by_category[conversation.category];
  }
  EXPECT_EQ(rows_by_category.size(), 13u);
  EXPECT_EQ(rows_by_category["translation"], 80);
  EXPECT_EQ(rows_by_category["coding"], 10);
}

TEST(DatasetTest, RevisionIsOfTheFileThatWasPrepared) {
  TempFolder folder;
  const std::string rows = R"({"prompt": "a"})"
                           "\n";
  const std::string path = folder.Write("qualitative.jsonl", rows);
  const auto prepared = [&](const std::string& sha256) {
    folder.Write("prepared.json",
                 R"({"format": 1, "configs": {"qualitative": {"file": "qualitative.jsonl",
                     "dataset": "d", "revision": "c0ffee", "resolver": {"sha256": "5e"},
                     "sha256": ")" +
                     sha256 + R"("}}})");
  };
  prepared(Sha256Hex(rows));
  Dataset dataset = Loaded(Named(path));
  EXPECT_EQ(dataset.identity.revision, "d@c0ffee");
  EXPECT_EQ(dataset.identity.resolver_sha256, "5e");
  EXPECT_THAT(dataset.notes, IsEmpty());
  prepared("00");
  dataset = Loaded(Named(path));
  EXPECT_EQ(dataset.identity.revision, "") << "it was changed since";
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("its SHA-256 differs")));
}

TEST(DatasetTest, TokenIdsNameTheirTokenizer) {
  TempFolder folder;
  const Dataset dataset = Loaded(Named(folder.Write(
      "ids.jsonl", R"({"specctl_tokens": {"format": 1, "tokenizer": "t", "tokenizer_sha256": "aa",)"
                   R"( "chat_template_sha256": "bb", "vocab_tokens": 10}})"
                   "\n"
                   R"({"token_pieces": [[1, 2], [3]]})"
                   "\n")));
  EXPECT_EQ(dataset.identity.format, "token_pieces");
  EXPECT_TRUE(HoldsTokenIds(dataset.identity));
  EXPECT_EQ(dataset.identity.rows, 1u);
  EXPECT_EQ(dataset.identity.tokenizer, "t");
  EXPECT_EQ(dataset.identity.tokenizer_sha256, "aa");
  EXPECT_EQ(dataset.identity.chat_template_sha256, "bb");
}

}  // namespace
}  // namespace specctl
