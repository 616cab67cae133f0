#include "common/prometheus/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string Golden(const std::string& name) {
  const std::string path =
      std::string(std::getenv("SPECCTL_SOURCE_DIR")) + "/tests/golden/prometheus/" + name;
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

std::vector<MetricSample> Parsed(std::string_view text) {
  absl::StatusOr<std::vector<MetricSample>> samples = ParseExposition(text);
  EXPECT_TRUE(samples.ok()) << samples.status();
  return samples.ok() ? *std::move(samples) : std::vector<MetricSample>{};
}

// The one sample of `line`.
MetricSample One(std::string_view line) {
  const std::vector<MetricSample> samples = Parsed(line);
  EXPECT_EQ(samples.size(), 1u) << line;
  return samples.empty() ? MetricSample{} : samples.front();
}

void ExpectRefused(std::string_view text, std::string_view message) {
  const absl::Status status = ParseExposition(text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_EQ(std::string(status.message()), message);
}

// Sum over the series of `name` that have `label` (where that is given).
double Sum(const std::vector<MetricSample>& samples, std::string_view name,
           const std::pair<std::string, std::string>& label = {}) {
  double sum = 0;
  for (const MetricSample& sample : samples) {
    const bool has_label =
        label.first.empty() || std::count(sample.labels.begin(), sample.labels.end(), label) > 0;
    if (sample.name == name && has_label) sum += sample.value;
  }
  return sum;
}

TEST(ExpositionTest, NameLabelsAndValue) {
  const MetricSample sample =
      One("vllm:generation_tokens_total{engine=\"0\",model_name=\"a/b\"} 1454.0\n");
  EXPECT_EQ(sample.name, "vllm:generation_tokens_total");
  EXPECT_THAT(sample.labels, ElementsAre(Pair("engine", "0"), Pair("model_name", "a/b")));
  EXPECT_EQ(sample.value, 1'454);
}

TEST(ExpositionTest, BareNamesAndEmptyBraces) {
  for (const std::string_view line : {"up 1", "up{} 1", "up { } 1", "up{}1", "  up\t 1  "}) {
    const MetricSample sample = One(line);
    EXPECT_EQ(sample.name, "up") << line;
    EXPECT_THAT(sample.labels, IsEmpty()) << line;
    EXPECT_EQ(sample.value, 1) << line;
  }
}

TEST(ExpositionTest, NumbersAsGoWritesThem) {
  EXPECT_EQ(One("x 1.79534468434e+09").value, 1'795'344'684.34);
  EXPECT_EQ(One("x +3.5").value, 3.5);
  EXPECT_EQ(One("x -2E-3").value, -0.002);
  EXPECT_EQ(One("x .5").value, 0.5);
  EXPECT_TRUE(std::isnan(One("x NaN").value));
  EXPECT_EQ(One("x +Inf").value, HUGE_VAL);
  EXPECT_EQ(One("x Inf").value, HUGE_VAL);
  EXPECT_EQ(One("x -Inf").value, -HUGE_VAL);
}

TEST(ExpositionTest, EscapesInLabelValues) {
  const MetricSample sample =
      One(R"(x{path="C:\\a",said="\"hi\"",two="a\nb",odd="\q",end="\\"} 1)");
  EXPECT_THAT(sample.labels,
              ElementsAre(Pair("path", "C:\\a"), Pair("said", "\"hi\""), Pair("two", "a\nb"),
                          Pair("odd", "\\q"), Pair("end", "\\")));
}

TEST(ExpositionTest, BracesCommasAndHashesInLabelValuesAreText) {
  const MetricSample sample = One("x{a=\"},{=# 9\",b=\"\",} 1 # {t=\"}\"} 2");
  EXPECT_THAT(sample.labels, ElementsAre(Pair("a", "},{=# 9"), Pair("b", "")));
  EXPECT_EQ(sample.value, 1);
}

TEST(ExpositionTest, BlanksAroundEveryToken) {
  const MetricSample sample = One("\tx { a = \"1\" , b\t=\"2\" , } \t 7 \t 1395066363000 ");
  EXPECT_THAT(sample.labels, ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_EQ(sample.value, 7);
}

TEST(ExpositionTest, QuotedNamesOfTextOneZeroZero) {
  const MetricSample sample =
      One("{\"vllm.tokens total\",\"model.name\"=\"m\",engine=\"0\"} 5 1395066363000");
  EXPECT_EQ(sample.name, "vllm.tokens total");
  EXPECT_THAT(sample.labels, ElementsAre(Pair("model.name", "m"), Pair("engine", "0")));
  EXPECT_EQ(sample.value, 5);
  EXPECT_EQ(One("{\"k\xc3\xb6nig \\\"x\\\"\"} 1").name, "k\xc3\xb6nig \"x\"");
  EXPECT_EQ(One("{a=\"1\",\"late.name\"} 1").name, "late.name");
}

TEST(ExpositionTest, TimestampsAndExemplarsAreDropped) {
  for (const std::string_view tail :
       {" 1395066363000", " -1", " 1520879607.789", " # {trace_id=\"a\"} 0.5",
        " 1520879607 # {a=\"1\",b=\"2\"} 0.5 1520879606.5", " # {} 1"}) {
    EXPECT_EQ(One("foo_total{a=\"b\"} 17.0" + std::string(tail)).value, 17) << tail;
  }
}

TEST(ExpositionTest, CommentsBlankLinesCarriageReturnsAndEofArePassedOver) {
  const auto samples = Parsed(
      "# HELP a Said twice.\r\n# HELP a Said twice.\r\n# TYPE a counter\r\n\r\n"
      "a 1\r\n   \n  # any comment {\" \xff\n#\n# UNIT a bytes\nb{x=\"y\"} 2\r\n# EOF\r\n\nc 3");
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[0].value, 1);
  EXPECT_THAT(samples[1].labels, ElementsAre(Pair("x", "y")));
  EXPECT_EQ(samples[1].value, 2);
  EXPECT_EQ(samples[2].name, "c");
}

TEST(ExpositionTest, NothingIsNoSample) {
  for (const std::string_view text : {"", "\n", "\r\n\n", "# EOF", " \t"}) {
    EXPECT_THAT(Parsed(text), IsEmpty());
  }
}

TEST(ExpositionTest, ErrorsNameTheLineAndWhatIsMissing) {
  ExpectRefused("a 1\n# x\n<html>\n", "line 3: need a metric's name, got \"<html>\"");
  ExpectRefused("[]", "line 1: need a metric's name, got \"[]\"");
  ExpectRefused("a\n",
                "line 1: need a blank or '{' after the metric's name, got the end of the line");
  ExpectRefused("a-b 1", "line 1: need a blank or '{' after the metric's name, got \"-b 1\"");
  ExpectRefused("a ", "line 1: need a value, got the end of the line");
  ExpectRefused("a one", "line 1: need a value, got \"one\"");
  ExpectRefused("a 1.0x", "line 1: need a value, got \"1.0x\"");
  ExpectRefused("a +-1", "line 1: need a value, got \"+-1\"");
  ExpectRefused("a 1e999", "line 1: need a value, got \"1e999\"");
  ExpectRefused("a 1 now", "line 1: need a timestamp, got \"now\"");
  ExpectRefused("a 1 2 3", "line 1: need the end of the line, got \"3\"");
  ExpectRefused("a 1 # 5", "line 1: need '{' of an exemplar, got \"5\"");
  ExpectRefused("a 1 # {b=\"1\"}", "line 1: need an exemplar's value, got the end of the line");
  ExpectRefused("a 1 # {b=\"1\"} 1 x", "line 1: need an exemplar's timestamp, got \"x\"");
}

TEST(ExpositionTest, ErrorsInLabels) {
  ExpectRefused("a{b=\"1\" 2", "line 1: need ',' or '}' after a label, got \"2\"");
  ExpectRefused("a{b=\"1", "line 1: need a label's value, quoted and in UTF-8, got \"\\\"1\"");
  ExpectRefused("a{b=\"1\\\"",
                "line 1: need a label's value, quoted and in UTF-8, got \"\\\"1\\\\\\\"\"");
  ExpectRefused("a{b=1} 2", "line 1: need a label's value, quoted and in UTF-8, got \"1} 2\"");
  ExpectRefused("a{b} 2", "line 1: need '=' after a label's name, got \"} 2\"");
  ExpectRefused("a{,} 2", "line 1: need a label's name, got \",} 2\"");
  ExpectRefused("a{b:c=\"1\"} 2", "line 1: need '=' after a label's name, got \":c=\\\"1\\\"} 2\"");
  ExpectRefused("{b=\"1\"} 2",
                "line 1: need a metric's name before or between the braces, got \" 2\"");
  ExpectRefused("{\"\"} 2", "line 1: need a label's name, got \"} 2\"");
  ExpectRefused("a{\"b\"} 2", "line 1: need '=' after a label's name, got \"} 2\"");
  ExpectRefused("{\"iter\":1}", "line 1: need ',' or '}' after a label, got \":1}\"");
}

TEST(ExpositionTest, TextThatIsNotUtf8IsRefused) {
  ExpectRefused("a{b=\"\xff\"} 2",
                "line 1: need a label's value, quoted and in UTF-8, got \"\\\"\\xff\\\"} 2\"");
  ExpectRefused("a{b=\"\\\xa2\"} 2",
                "line 1: need a label's value, quoted and in UTF-8, got \"\\\"\\\\\\xa2\\\"} 2\"");
  ExpectRefused("{\"\xc3\"} 2", "line 1: need a quoted name in UTF-8, got \"\\\"\\xc3\\\"} 2\"");
}

TEST(ExpositionTest, ALongLineIsShownInPart) {
  ExpectRefused("a " + std::string(1'000, 'x'),
                "line 1: need a value, got \"" + std::string(40, 'x') + "\"");
}

TEST(ForEachSampleTest, SameSeriesTextMeansSameSeries) {
  std::vector<std::string> texts;
  const absl::Status status =
      ForEachSample("a 1\na{b=\"1\"} 2 9\n {\"a.b\",c=\"1\"} 3\n",
                    [&](const SampleView& sample) { texts.emplace_back(sample.series_text); });
  EXPECT_TRUE(status.ok());
  EXPECT_THAT(texts, ElementsAre("a", "a{b=\"1\"}", "{\"a.b\",c=\"1\"}"));
}

TEST(ForEachSampleTest, SamplesBeforeABadLineAreVisited) {
  int visits = 0;
  const absl::Status status = ForEachSample("a 1\nb 2\n?\nc 3\n", [&](const auto&) { ++visits; });
  EXPECT_EQ(visits, 2);
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 3: "));
}

TEST(ExpositionGoldenTest, WholeTextOfVllm) {
  const auto samples = Parsed(Golden("vllm_whole.txt"));
  EXPECT_EQ(samples.size(), 457u);
  EXPECT_EQ(Sum(samples, "vllm:spec_decode_num_drafts_total"), 65);
  EXPECT_EQ(Sum(samples, "vllm:spec_decode_num_draft_tokens_total"), 171);
  EXPECT_EQ(Sum(samples, "vllm:spec_decode_num_accepted_tokens_total"), 171);
  constexpr auto kByPosition = "vllm:spec_decode_num_accepted_tokens_per_pos_total";
  EXPECT_EQ(Sum(samples, kByPosition, {"position", "0"}), 65);
  EXPECT_EQ(Sum(samples, kByPosition, {"position", "1"}), 65);
  EXPECT_EQ(Sum(samples, kByPosition, {"position", "2"}), 41);
}

TEST(ExpositionGoldenTest, EveryRankOfVllmHasItsSeries) {
  const auto samples = Parsed(Golden("vllm_two_ranks.txt"));
  EXPECT_EQ(samples.size(), 53u);
  EXPECT_EQ(Sum(samples, "vllm:spec_decode_num_drafts_total", {"engine", "0"}), 225);
  EXPECT_EQ(Sum(samples, "vllm:spec_decode_num_drafts_total"), 225 + 175);
}

TEST(ExpositionGoldenTest, OpenMetricsOfVllm) {
  const auto samples = Parsed(Golden("vllm_openmetrics.txt"));
  EXPECT_EQ(samples.size(), 27u);
  EXPECT_EQ(Sum(samples, "vllm_spec_decode_num_drafts_total"), 665);
  EXPECT_EQ(Sum(samples, "vllm_inter_token_latency_seconds_sum"), 8.475517819999368);
}

TEST(ExpositionGoldenTest, DraftModelOfVllm) {
  EXPECT_EQ(Parsed(Golden("vllm_draft_synthetic.txt")).size(), 27u);
}

TEST(ExpositionGoldenTest, SglangWhileRunning) {
  const auto samples = Parsed(Golden("sglang_running.txt"));
  EXPECT_EQ(samples.size(), 30u);
  EXPECT_EQ(Sum(samples, "sglang:num_running_reqs"), 8);
  EXPECT_EQ(Sum(samples, "sglang:num_queue_reqs"), 2);
  EXPECT_EQ(Sum(samples, "sglang:realtime_tokens_total", {"mode", "decode"}), 2'095);
  EXPECT_EQ(Sum(samples, "sglang:spec_verify_calls_total"), 371);
}

TEST(ExpositionGoldenTest, LlamaCpp) {
  const auto fresh = Parsed(Golden("llamacpp_fresh.txt"));
  EXPECT_EQ(fresh.size(), 15u);
  EXPECT_EQ(Sum(fresh, "llamacpp:tokens_predicted_total"), 0);
  const auto samples = Parsed(Golden("llamacpp_after_one_request.txt"));
  EXPECT_EQ(samples.size(), 19u);
  EXPECT_EQ(Sum(samples, "llamacpp:tokens_predicted_total"), 40);
  EXPECT_EQ(Sum(samples, "llamacpp:spec_decode_num_accepted_tokens_per_pos_total"), 28);
  EXPECT_EQ(Sum(samples, "llamacpp:prompt_seconds_total"), 0.001077);
}

}  // namespace
}  // namespace specctl
