#include "common/forms/golden_al.h"

#include <gmock/gmock.h>

#include "tests/unit/common/matrix/matrix_runs.h"

namespace specctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

MatrixRun Coding(const std::string& name, uint32_t draft_length, const std::string& thinking,
                 uint64_t accepted) {
  MatrixRun run = testing::OneCategory(name, "coding", {100, 100 * draft_length, accepted});
  run.results.targets[0].identity.draft_length = draft_length;
  run.results.acceptance_sources[0].draft_length = draft_length;
  run.results.spec.tags = {{"thinking", thinking}};
  return run;
}

std::string Refused(const std::vector<MatrixRun>& runs) {
  return std::string(GoldenAl(runs).status().message());
}

TEST(GoldenAlTest, LengthsByKForBothModes) {
  MatrixRun off = Coding("runs/d", 1, "off", 83);
  off.results.spec.request.temperature = 1;  // each mode has sampling of its own
  const std::vector<MatrixRun> runs = {Coding("runs/b", 2, "on", 139), off,
                                       Coding("runs/a", 1, "on", 79)};
  const auto yaml = GoldenAl(runs);
  ASSERT_TRUE(yaml.ok()) << yaml.status();
  // No server names its drafter: nothing is claimed of it.
  EXPECT_THAT(*yaml, ::testing::Not(HasSubstr("_metadata")));
  EXPECT_THAT(*yaml, HasSubstr("\nm:\n"
                               "  thinking_on:\n"
                               "    1: 1.79\n"
                               "    2: 2.39\n"
                               "  thinking_off:\n"
                               "    1: 1.83\n"));
  EXPECT_THAT(*yaml, AllOf(HasSubstr("# dataset: speed_bench_coding | category: coding | "),
                           HasSubstr("# m | thinking_on K=2: temperature: 0 | output_len: 4096 | "
                                     "vllm 0.32.0 | method: eagle3 | run runs/b-id\n"),
                           HasSubstr("thinking_off K=1: temperature: 1 |")));
}

TEST(GoldenAlTest, OfAMixedRunItIsCoding) {
  MatrixRun run = testing::MixedRun("runs/a", "m");
  run.results.spec.tags = {{"thinking", "off"}};
  const auto yaml = GoldenAl(std::vector<MatrixRun>{run});
  ASSERT_TRUE(yaml.ok()) << yaml.status();
  EXPECT_THAT(*yaml, HasSubstr("  thinking_off:\n    3: 3.00\n"));
}

TEST(GoldenAlTest, TheDraftModelStandsInTheMetadata) {
  MatrixRun run = Coding("runs/a", 1, "on", 79);
  run.results.targets[0].identity.drafter = "x/y-EAGLE3";
  EXPECT_THAT(*GoldenAl(std::vector<MatrixRun>{run}),
              HasSubstr("\n_metadata:\n  draft-model: x/y-EAGLE3\nm:\n"));
}

TEST(GoldenAlTest, RunsThatDoNotGoTogetherAreRefused) {
  EXPECT_THAT(Refused({Coding("runs/a", 2, "on", 139), Coding("runs/b", 2, "on", 130)}),
              HasSubstr("runs/a and runs/b do not go into one file of golden lengths: both have K "
                        "= 2 of m with thinking on"));
  MatrixRun other = Coding("runs/b", 3, "on", 139);
  other.results.spec.request.temperature = 1;
  EXPECT_THAT(Refused({Coding("runs/a", 2, "on", 139), other}), HasSubstr("temperature differs"));
  other = Coding("runs/b", 3, "off", 139);
  other.results.spec.dataset.sha256 = "0ther";
  EXPECT_THAT(Refused({Coding("runs/a", 2, "on", 139), other}), HasSubstr("revision differs"));
  MatrixRun untold = Coding("runs/a", 2, "on", 139);
  untold.results.spec.tags.clear();
  EXPECT_THAT(Refused({untold}), HasSubstr("--tag thinking=on or off"));
}

TEST(GoldenAlTest, RequestsTellWhetherTheModelThinks) {
  const auto of = [](const std::string& extra) {
    RunSpec spec;
    spec.request.extra_inputs_json = extra;
    return ThinkingOf(spec);
  };
  EXPECT_EQ(of(R"({"chat_template_kwargs":{"enable_thinking":true}})"), true);
  EXPECT_EQ(of(R"({"chat_template_kwargs":{"thinking":false}})"), false);
  EXPECT_EQ(of(R"({"chat_template_kwargs":{"thinking_mode":"disabled"}})"), false);
  EXPECT_EQ(of(R"({"reasoning_effort":"high"})"), true);
  EXPECT_EQ(of(R"({"reasoning_effort":"none"})"), false);
  EXPECT_EQ(of(R"({"top_p":1})"), std::nullopt);
  EXPECT_EQ(of(""), std::nullopt);
}

TEST(GoldenAlTest, AModelsNameIsAKeyOfYaml) {
  MatrixRun run = Coding("runs/a", 1, "on", 79);
  run.results.cells[0].model = "odd: name";
  EXPECT_THAT(*GoldenAl(std::vector<MatrixRun>{run}), HasSubstr("\n\"odd: name\":\n"));
}

}  // namespace
}  // namespace specctl
