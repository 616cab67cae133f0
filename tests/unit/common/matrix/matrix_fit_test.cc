#include "common/matrix/matrix_fit.h"

#include <gmock/gmock.h>

#include "common/matrix/matrix.h"
#include "tests/unit/common/matrix/matrix_runs.h"

namespace specctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::MixedRun;
using testing::OneCategory;

// The error of a matrix of the two; it must be of the user's making.
std::string Refused(const MatrixRun& a, const MatrixRun& b, const MatrixRequest& request = {}) {
  const absl::StatusOr<Matrix> matrix = MakeMatrix(std::vector<MatrixRun>{a, b}, request);
  if (matrix.ok()) return "";
  EXPECT_EQ(matrix.status().code(), absl::StatusCode::kInvalidArgument) << matrix.status();
  return std::string(matrix.status().message());
}

auto Names(std::string_view what) {
  return AllOf(HasSubstr("runs/a"), HasSubstr("runs/b"), HasSubstr("do not fit into one matrix"),
               HasSubstr(std::string(what)));
}

TEST(MatrixFitTest, TwoModelsOfOneDatasetFit) {
  EXPECT_EQ(Refused(MixedRun("runs/a", "a"), MixedRun("runs/b", "b")), "");
}

TEST(MatrixFitTest, TheSameRunTwiceIsRefused) {
  MatrixRun b = MixedRun("runs/b", "b");
  b.results.spec.run_id = "runs/a-id";
  EXPECT_THAT(Refused(MixedRun("runs/a", "a"), b),
              HasSubstr("runs/a and runs/b are the same run (runs/a-id)"));
}

TEST(MatrixFitTest, DatasetsAndTheirRevisionsMustBeTheSame) {
  const MatrixRun a = MixedRun("runs/a", "a");
  MatrixRun b = MixedRun("runs/b", "b");
  b.results.spec.dataset.sha256 = "0ther";
  EXPECT_THAT(Refused(a, b), Names("dataset's revision differs: SHA-256 5ha, SHA-256 0ther"));
  b.results.spec.dataset.name = "mine.jsonl";
  EXPECT_THAT(Refused(a, b), Names("dataset differs: SPEED-Bench, a file of one's own"));
  b.results.spec.dataset.name = "builtin";
  b.results.spec.dataset.builtin = true;
  EXPECT_THAT(Refused(a, b), Names("dataset differs: SPEED-Bench, builtin"));
}

TEST(MatrixFitTest, OneCategoryRunsOfOneFileAreOfOneRevision) {
  MatrixRun math = OneCategory("runs/b", "math", {1, 3, 1});
  EXPECT_EQ(Refused(OneCategory("runs/a", "coding", {1, 3, 1}), math), "");
  math.results.spec.dataset.sha256 = "0ther";
  EXPECT_THAT(Refused(OneCategory("runs/a", "coding", {1, 3, 1}), math), Names("revision"));
}

TEST(MatrixFitTest, IslsStandBesideEachOtherOnlyByIsl) {
  const auto run = [](const std::string& name, const std::string& isl) {
    MatrixRun made = testing::MakeRun({.name = name,
                                       .dataset = "speed_bench_throughput_" + isl,
                                       .categories = {{"mixed", {1, 3, 1}}},
                                       .by = Dimension::kTier});
    made.results.spec.dataset.sha256 = isl;
    CrossCell all = made.results.cells[0];
    all.by.reset();
    all.key.clear();
    made.results.cells.push_back(all);
    return made;
  };
  EXPECT_THAT(Refused(run("runs/a", "1k"), run("runs/b", "8k"), {.by = MatrixBy::kTier}),
              Names("ISL differs: 1k, 8k"));
  EXPECT_EQ(Refused(run("runs/a", "1k"), run("runs/b", "8k"), {.by = MatrixBy::kIsl}), "");
  EXPECT_THAT(Refused(run("runs/a", "1k"), run("runs/b", "8k_mixed"), {.by = MatrixBy::kIsl}),
              Names("tier differs: all, mixed"));
}

TEST(MatrixFitTest, RequestsMustHaveAskedForTheSame) {
  const MatrixRun a = MixedRun("runs/a", "a");
  const auto with = [&](const auto& change) {
    MatrixRun b = MixedRun("runs/b", "b");
    change(b.results.spec.request);
    return Refused(a, b);
  };
  EXPECT_THAT(with([](RequestSpec& spec) { spec.osl_tokens = 256; }),
              Names("output length limit differs: 4096, 256; give all runs the same --osl"));
  EXPECT_THAT(with([](RequestSpec& spec) { spec.temperature = 1; }),
              Names("temperature differs: 0, 1"));
  EXPECT_THAT(with([](RequestSpec& spec) { spec.temperature.reset(); }),
              Names("temperature differs: 0, the server's own"));
  EXPECT_THAT(with([](RequestSpec& spec) { spec.ignore_eos = true; }), Names("ignore_eos"));
  EXPECT_THAT(with([](RequestSpec& spec) { spec.extra_inputs_json = "{\"top_p\":1}"; }),
              Names("extra inputs differs: none, {\"top_p\":1}"));
  EXPECT_THAT(with([](RequestSpec& spec) { spec.endpoint = Endpoint::kCompletions; }),
              Names("endpoint"));
}

TEST(MatrixFitTest, RatesNeedOneConcurrencyAndAcceptanceDoesNot) {
  const MatrixRun a = MixedRun("runs/a", "a");
  MatrixRun b = MixedRun("runs/b", "b");
  b.results.spec.load.shape = ClosedLoop{64};
  EXPECT_EQ(Refused(a, b), "");
  EXPECT_THAT(Refused(a, b, {.metric = MatrixMetric::kThroughput}),
              Names("offered load differs: bs 32, bs 64"));
}

TEST(MatrixFitTest, ARowIsOfOneDraftLengthMethodEngineAndModel) {
  const MatrixRun a = OneCategory("runs/a", "coding", {1, 3, 1});
  const auto with = [&](const auto& change, const MatrixRequest& request = {}) {
    MatrixRun b = OneCategory("runs/b", "math", {1, 3, 1});
    change(b.results);
    return Refused(a, b, request);
  };
  EXPECT_THAT(with([](Results& results) { results.targets[0].identity.draft_length = 5; }),
              Names("draft length of row \"m\" differs: 3, 5"));
  EXPECT_THAT(
      with([](Results& results) { results.targets[0].identity.speculation_method = "ngram"; }),
      Names("method of speculation of row \"m\" differs: eagle3, ngram"));
  EXPECT_THAT(with([](Results& results) { results.targets[0].identity.version = "0.33.0"; }),
              Names("engine of row \"m\" differs: vllm 0.32.0, vllm 0.33.0"));
  EXPECT_THAT(with([](Results& results) { results.acceptance_sources[0].speculates = false; }),
              Names("speculation of row \"m\" differs: on, off"));
  MatrixRun drafted = a;
  drafted.results.targets[0].identity.drafter = "x";
  MatrixRun redrafted = OneCategory("runs/b", "math", {1, 3, 1});
  redrafted.results.targets[0].identity.drafter = "y";
  EXPECT_THAT(Refused(drafted, redrafted), Names("drafter of row \"m\" differs: x, y"));
  // What a server does not tell may be the same.
  EXPECT_EQ(with([](Results& results) { results.targets[0].identity.speculation_method.clear(); }),
            "");
  const MatrixRequest by_tag{.rows = {.kind = MatrixRows::Kind::kTag, .tag = "k"}};
  MatrixRun tagged = a;
  tagged.results.spec.tags = {{"k", "3"}};
  MatrixRun other = OneCategory("runs/b", "math", {1, 3, 1});
  other.results.cells[0].model = "other";
  other.results.spec.tags = {{"k", "3"}};
  EXPECT_THAT(Refused(tagged, other, by_tag), Names("model of row \"3\" differs: m, other"));
}

TEST(MatrixFitTest, TwoTargetsOfARunInOneRowMustAgreeToo) {
  MatrixRun run = MixedRun("runs/a", "m");
  run.results.spec.targets.push_back({.url = "http://i:8000"});
  TargetProbed second = run.results.targets[0];
  second.target = 1;
  second.identity.draft_length = 5;
  run.results.targets.push_back(second);
  CrossCell cell = run.results.cells[0];
  cell.target = 1;
  run.results.cells.push_back(cell);
  const auto matrix = MakeMatrix(std::vector<MatrixRun>{run}, {});
  EXPECT_THAT(std::string(matrix.status().message()),
              HasSubstr("runs/a (http://h:8000) and runs/a (http://i:8000) do not fit into one "
                        "matrix: draft length of row \"m\" differs: 3, 5; --rows target"));
  const MatrixRequest by_target{.rows = {.kind = MatrixRows::Kind::kTarget, .tag = {}}};
  EXPECT_TRUE(MakeMatrix(std::vector<MatrixRun>{run}, by_target).ok());
}

TEST(MatrixFitTest, ARowAndColumnThatTwoRunsHaveIsRefusedUnlessATagTellsThemApart) {
  MatrixRun a = MixedRun("runs/a", "m"), b = MixedRun("runs/b", "m");
  EXPECT_THAT(Refused(a, b), Names("both have row \"m\" in category \"coding\""));
  const MatrixRequest by_tag{.rows = {.kind = MatrixRows::Kind::kTag, .tag = "build"}};
  EXPECT_THAT(Refused(a, b, by_tag), HasSubstr("runs/a: has no tag build"));
  a.results.spec.tags = {{"build", "x"}};
  b.results.spec.tags = {{"build", "y"}};
  EXPECT_EQ(Refused(a, b, by_tag), "");
}

TEST(MatrixFitTest, ThroughputOfOneCategoryStandsNotBesideUserTpsOfSeveral) {
  EXPECT_THAT(Refused(MixedRun("runs/a", "a"), OneCategory("runs/b", "math", {1, 3, 1}),
                      {.metric = MatrixMetric::kThroughput}),
              Names("what throughput can be told of differs: one column, 2 columns"));
}

}  // namespace
}  // namespace specctl
