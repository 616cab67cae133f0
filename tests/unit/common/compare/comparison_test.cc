#include "common/compare/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/unit/common/compare/steady_runs.h"

namespace specctl::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

class ComparisonTest : public ::testing::Test {
 protected:
  void SetUp() override {
    equal_.name = "runs/equal";
    faster_.name = "runs/faster";
    a_.name = "runs/off";
  }
  Comparison With(const RunSample& b, const CompareOptions& options = {}) {
    measured_.push_back(MeasureRun(a_));
    const MeasuredRun a = measured_.back();
    return CompareRuns(a, MeasureRun(b), options);
  }
  static const ComparedFigure& Find(const Comparison& comparison, std::string_view key) {
    for (const ComparedFigure& figure : comparison.figures) {
      if (figure.figure->key == key) return figure;
    }
    throw std::runtime_error(std::string(key));
  }

  RunSample a_ = SteadyRun({.seed = 1}), equal_ = SteadyRun({.seed = 2}),
            faster_ = SteadyRun({.seed = 3, .step_ms = 15});
  std::vector<MeasuredRun> measured_;
};

TEST_F(ComparisonTest, EqualRunsAreCalledEqual) {
  const Comparison comparison = With(equal_);
  EXPECT_TRUE(comparison.comparable());
  for (const ComparedFigure& figure : comparison.figures) {
    for (const ComparedStatistic& statistic : figure.statistics) {
      EXPECT_THAT(statistic.finding, ::testing::AnyOf(Finding::kNone, Finding::kNoDifference))
          << figure.figure->key << " " << statistic.key;
    }
  }
}

TEST_F(ComparisonTest, AFasterServerIsCalledBetter) {
  const Comparison comparison = With(faster_);
  EXPECT_EQ(Find(comparison, "output_tps").main().finding, Finding::kBetter);
  EXPECT_EQ(Find(comparison, "itl_ms").main().finding, Finding::kBetter);
  EXPECT_EQ(Find(comparison, "user_tps").main().finding, Finding::kBetter);
  EXPECT_EQ(Find(comparison, "ttft_ms").main().finding, Finding::kNoDifference);
  const Estimate& ratio = *Find(comparison, "itl_ms").main().ratio;
  EXPECT_LT(*ratio.low, 0.75);
  EXPECT_GT(*ratio.high, 0.75);
}

TEST_F(ComparisonTest, ARefusedOneCallsNothing) {
  faster_.results.spec.load.shape = ClosedLoop{8};
  const Comparison comparison =
      With(faster_, {.requirements = *ParseConditions("output_tps >= -3%")});
  EXPECT_FALSE(comparison.comparable());
  EXPECT_EQ(Find(comparison, "output_tps").main().finding, Finding::kNone);
  EXPECT_TRUE(comparison.decisions.empty()) << "a gate on what is not comparable says nothing";
  EXPECT_THAT(ComparisonText({comparison}), HasSubstr("REFUSED"));
  EXPECT_THAT(ComparisonText({comparison}), HasSubstr("concurrency differs: A bs 4, B bs 8"));
  EXPECT_THAT(ComparisonMarkdown({comparison}), HasSubstr("> **Refused**: concurrency differs"));
  for (const std::string& text : {ComparisonText({comparison}), ComparisonMarkdown({comparison})}) {
    EXPECT_THAT(text, Not(HasSubstr(" better\n")));
    EXPECT_THAT(text, Not(HasSubstr("**better**")));
  }
}

TEST_F(ComparisonTest, SlicesCompareLikewise) {
  const Comparison comparison = With(faster_);
  ASSERT_EQ(comparison.slices.size(), 3u);
  EXPECT_EQ(std::string(DimensionName(comparison.slices[0].by)) + " " + comparison.slices[0].key,
            "category coding");
  for (const ComparedFigure& figure : comparison.slices[0].figures) {
    if (figure.figure->key == "itl_ms") {
      EXPECT_EQ(figure.main().finding, Finding::kBetter);
    }
  }
}

// By their order only where no URL is in both: else one target would stand beside two.
TEST_F(ComparisonTest, ATargetIsComparedOnce) {
  const auto serve = [](RunSample& sample, const std::string& first, const std::string& second) {
    std::vector<SliceFigures>& slices = sample.results.slices;
    const auto target = std::find_if(slices.begin(), slices.end(), [](const SliceFigures& slice) {
      return slice.by == Dimension::kTarget;
    });
    ASSERT_NE(target, slices.end());
    target->key = first;
    slices.push_back(*target);
    slices.back().key = second;
  };
  const auto targets_of = [](const Comparison& comparison) {
    std::vector<std::string> keys;
    for (const ComparedSlice& slice : comparison.slices) {
      if (slice.by == Dimension::kTarget) keys.push_back(slice.key);
    }
    return keys;
  };
  serve(a_, "http://one", "http://two");
  serve(equal_, "http://two", "http://three");
  serve(faster_, "http://five", "http://six");
  EXPECT_THAT(targets_of(With(equal_)), ::testing::ElementsAre("http://two"));
  EXPECT_THAT(targets_of(With(faster_)),
              ::testing::ElementsAre("http://one | http://five", "http://two | http://six"));
}

TEST_F(ComparisonTest, JsonHasTheKeysThatScriptsRead) {
  const Comparison comparison =
      With(faster_, {.requirements = *ParseConditions("output_tps >= -3%, ttft <= 1us")});
  const json::value parsed = json::parse(ComparisonJson({comparison}));
  const json::object& tps = parsed.at("figures").at("output_tps").as_object();
  for (const char* key : {"a", "b", "difference", "ratio", "better", "finding"}) {
    EXPECT_TRUE(tps.contains(key)) << key;
  }
  for (const char* part : {"difference", "ratio"}) {
    for (const char* key : {"value", "low", "high"}) {
      EXPECT_TRUE(tps.at(part).as_object().contains(key)) << part << "." << key;
    }
  }
  EXPECT_TRUE(parsed.at("figures").at("ttft_ms").at("statistics").as_object().contains("p99"));
  EXPECT_TRUE(parsed.at("comparable").as_bool());
  EXPECT_FALSE(parsed.at("require").at("holds").as_bool());
  EXPECT_TRUE(parsed.at("require").at("terms").at(0).at("holds").as_bool());
  EXPECT_EQ(parsed.at("slices").at(0).at("by").as_string(), "category");
  EXPECT_FALSE(parsed.as_object().contains("others"));
}

TEST_F(ComparisonTest, MoreRunsAreComparedWithTheFirst) {
  const std::vector<Comparison> comparisons = {With(equal_), With(faster_)};
  const json::value parsed = json::parse(ComparisonJson(comparisons));
  EXPECT_EQ(parsed.at("b").at("run").as_string(), "runs/equal");
  EXPECT_EQ(parsed.at("others").at(0).at("a").at("run").as_string(), "runs/off");
  EXPECT_EQ(parsed.at("others").at(0).at("b").at("run").as_string(), "runs/faster");
  EXPECT_TRUE(parsed.at("others").at(0).at("figures").as_object().contains("output_tps"));
}

TEST_F(ComparisonTest, TheSameRunsGiveTheSameBytes) {
  EXPECT_EQ(ComparisonJson({With(faster_)}), ComparisonJson({With(faster_)}));
}

TEST_F(ComparisonTest, CsvHasARowForEachStatistic) {
  const std::string csv = ComparisonCsv({With(faster_)});
  EXPECT_TRUE(csv.starts_with("a,b,comparable,by,key,figure,statistic,unit,better,value_a,"));
  EXPECT_THAT(csv, HasSubstr("\nruns/off,runs/faster,true,,,output_tps,value,tokens/s,up,"));
  EXPECT_THAT(csv, HasSubstr("\nruns/off,runs/faster,true,category,math,ttft_ms,p50,ms,down,"));
  size_t begin = 0;
  const auto commas = [](std::string_view line) {
    return std::count(line.begin(), line.end(), ',');
  };
  const auto expected = commas(std::string_view(csv).substr(0, csv.find('\n')));
  while (begin < csv.size()) {
    const size_t end = csv.find('\n', begin);
    EXPECT_EQ(commas(std::string_view(csv).substr(begin, end - begin)), expected);
    begin = end + 1;
  }
}

TEST_F(ComparisonTest, TextNamesWhatDiffersAndWhichWayIsBetter) {
  const std::string text =
      ComparisonText({With(faster_, {.requirements = *ParseConditions("output_tps >= 100")})});
  EXPECT_TRUE(text.starts_with("COMPARED  runs/faster against runs/off\n"));
  EXPECT_THAT(text, HasSubstr("output TPS"));
  EXPECT_THAT(text, HasSubstr("better"));
  EXPECT_THAT(text, HasSubstr("no difference"));
  EXPECT_THAT(text, HasSubstr("holds     output_tps >= 100: "));
}

TEST_F(ComparisonTest, MarkdownCellsAreEscaped) {
  faster_.results.spec.tags = {{"note", "a|b"}};
  const std::string text = ComparisonMarkdown({With(faster_)});
  EXPECT_THAT(text, HasSubstr("| `tags.note` |  | a\\|b |"));
  EXPECT_THAT(text, HasSubstr("### `runs/faster` against `runs/off`"));
  EXPECT_THAT(text, HasSubstr("**better**"));
}

TEST_F(ComparisonTest, AFloorIsASecondRunOfTheBaseline) {
  const MeasuredRun a = MeasureRun(a_);
  EXPECT_TRUE(CheckFloor(a, MeasureRun(equal_)).ok());
  EXPECT_EQ(CheckFloor(a, a).message(),
            "--floor runs/off: is not a second run of runs/off: it is that run itself");
  faster_.results.targets[0].identity.speculation_method = "ngram";
  faster_.results.targets[0].identity.draft_length = 3;
  EXPECT_EQ(
      CheckFloor(a, MeasureRun(faster_)).message(),
      "--floor runs/faster: is not a second run of runs/off: speculation differs: A off, B on, "
      "ngram, draft length 3");
  equal_.results.targets[0].identity.version = "2.0";
  EXPECT_EQ(
      CheckFloor(a, MeasureRun(equal_)).message(),
      "--floor runs/equal: is not a second run of runs/off: engine differs: A vllm 1.0, B vllm "
      "2.0");
}

// Of 20 pairs of equal runs, one may be called different in anything (5 %).
TEST(FalseCallsTest, EqualRunsAreRarelyCalledDifferent) {
  std::vector<RunSample> samples;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    samples.push_back(SteadyRun({.seed = seed, .seconds = 12, .bs = 2}));
  }
  int pairs_with_a_call = 0, refused = 0;
  for (size_t i = 0; i + 1 < samples.size(); i += 2) {
    const Comparison comparison =
        CompareRuns(MeasureRun(samples[i]), MeasureRun(samples[i + 1]), {});
    if (!comparison.comparable()) ++refused;
    bool called = false;
    for (const ComparedFigure& figure : comparison.figures) {
      for (const ComparedStatistic& statistic : figure.statistics) {
        called = called || IsCalled(statistic.finding);
      }
    }
    if (called) ++pairs_with_a_call;
  }
  EXPECT_EQ(refused, 0);
  EXPECT_LE(pairs_with_a_call, 1) << "of 20";
}

}  // namespace
}  // namespace specctl::testing
