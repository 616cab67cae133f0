#include "common/compare/comparability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/compare/steady_runs.h"

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ComparabilityTest : public ::testing::Test {
 protected:
  std::vector<std::string> Codes(const Across& across = {}) {
    result_ = CheckComparability(MeasureRun(a_), MeasureRun(b_), across);
    // These runs have no metrics: stimulus_checks_test looks at what is said of that.
    std::erase_if(result_.notes, [](const std::string& note) {
      return note.starts_with("not checked: prefix hits");
    });
    std::vector<std::string> codes;
    for (const Refusal& refusal : result_.refusals) {
      codes.push_back(refusal.code);
      EXPECT_FALSE(refusal.match.empty()) << "what to do about " << refusal.code;
    }
    return codes;
  }

  RunSample a_ = SteadyRun({.seed = 1}), b_ = SteadyRun({.seed = 2});
  Comparability result_;
};

TEST_F(ComparabilityTest, EqualRunsAreComparable) {
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes, IsEmpty());
}

TEST_F(ComparabilityTest, AnInvalidRunIsRefused) {
  b_.results.verdict.state = VerdictState::kInvalid;
  b_.results.verdict.reasons = {{.code = ReasonCode::kAgentLost, .text = "agent 3 was killed"}};
  EXPECT_THAT(Codes(), ElementsAre("verdict"));
  EXPECT_EQ(result_.refusals[0].text, "B is invalid: agent 3 was killed");
}

TEST_F(ComparabilityTest, ADegradedRunAndAShortOneAreNoted) {
  b_ = SteadyRun({.seconds = 2});
  b_.results.verdict.state = VerdictState::kDegraded;
  b_.results.verdict.reasons.clear();
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(
      result_.notes,
      ElementsAre("B is degraded",
                  "B has no hold of 5 s and 30 requests: its figures, but acceptance, have no "
                  "intervals"));
}

TEST_F(ComparabilityTest, TokensThatAreCountedDifferentlyAreNoted) {
  a_.results.targets[0].token_source = TokenSource::kContinuousUsage;
  b_.results.targets[0].token_source = TokenSource::kTotalsOnly;
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes,
              ElementsAre("tokens are counted differently (A continuous_usage, B totals_only), and "
                          "figures per token with them"));
}

TEST_F(ComparabilityTest, ARunWhoseProbeIsLostHasAnUnknownModel) {
  b_.results.targets.clear();
  Codes();
  EXPECT_EQ(result_.refusals[0].text, "models differ: A toy, B unknown");
}

TEST_F(ComparabilityTest, ARunAgainstItselfIsNoted) {
  b_ = a_;
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes, ElementsAre("A and B are the same run: it is compared with itself"));
}

TEST_F(ComparabilityTest, AnotherModelIsRefused) {
  b_.results.targets[0].model = "toy-8b";
  EXPECT_THAT(Codes(), ElementsAre("model"));
  EXPECT_EQ(result_.refusals[0].text, "models differ: A toy, B toy-8b");
}

TEST_F(ComparabilityTest, AnEngineUpgradeIsRefusedUnlessNamed) {
  b_.results.targets[0].identity.version = "1.1";
  EXPECT_THAT(Codes(), ElementsAre("engine"));
  EXPECT_EQ(result_.refusals[0].text, "engine differs: A vllm 1.0, B vllm 1.1");
  EXPECT_THAT(result_.refusals[0].match, HasSubstr("--across engine"));
  EXPECT_THAT(Codes({.dataset = true, .drafter = true}), ElementsAre("engine"));
  EXPECT_THAT(Codes({.engine = true}), IsEmpty());
  EXPECT_THAT(result_.notes, ElementsAre("engine differs: A vllm 1.0, B vllm 1.1 (--across)"));
}

TEST_F(ComparabilityTest, AnotherDatasetIsRefusedUnlessNamed) {
  a_.results.spec.dataset.sha256 = "aa";
  b_.results.spec.dataset.sha256 = "bb";
  EXPECT_THAT(Codes(), ElementsAre("dataset"));
  EXPECT_THAT(Codes({.dataset = true}), IsEmpty());
  b_.results.spec.dataset.sha256 = "aa";
  b_.results.spec.dataset.path = "/elsewhere/the-same.jsonl";
  EXPECT_THAT(Codes(), IsEmpty()) << "the file may lie elsewhere";
  b_.results.spec.dataset.rows = 7;
  EXPECT_THAT(Codes(), ElementsAre("dataset")) << "another selection of it";
}

TEST_F(ComparabilityTest, SpeculationOnAgainstOffIsWhatIsCompared) {
  b_.results.targets[0].identity.speculation_method = "ngram";
  b_.results.targets[0].identity.draft_length = 3;
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes, ElementsAre("speculation is on only in B"));
}

TEST_F(ComparabilityTest, AServerThatSaysThatItDoesNotSpeculateDoesNot) {
  a_.results.targets[0].identity.speculation_method = "none";
  b_.results.targets[0].identity.speculation_method = "eagle3";
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes, ElementsAre("speculation is on only in B"));
}

TEST_F(ComparabilityTest, TwoDraftersAreRefusedUnlessNamed) {
  a_.results.targets[0].identity.speculation_method = "eagle3";
  b_.results.targets[0].identity.speculation_method = "ngram";
  EXPECT_THAT(Codes(), ElementsAre("drafter"));
  EXPECT_EQ(result_.refusals[0].text, "drafter differs: A eagle3, B ngram");
  EXPECT_THAT(Codes({.drafter = true}), IsEmpty());
}

TEST_F(ComparabilityTest, TwoDraftModelsOfOneMethodAreRefusedUnlessNamed) {
  ServerIdentity &a = a_.results.targets[0].identity, &b = b_.results.targets[0].identity;
  a.speculation_method = b.speculation_method = "eagle3";
  a.drafter = "org/draft-a";
  b.drafter = "org/draft-b@main";
  EXPECT_THAT(Codes(), ElementsAre("drafter"));
  EXPECT_EQ(result_.refusals[0].text,
            "drafter differs: A eagle3 (org/draft-a), B eagle3 (org/draft-b@main)");
  EXPECT_THAT(Codes({.drafter = true}), IsEmpty());
  b.drafter = a.drafter;
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes, IsEmpty());
}

TEST_F(ComparabilityTest, ADraftModelThatNoServerNamesIsNotedAsNotChecked) {
  ServerIdentity &a = a_.results.targets[0].identity, &b = b_.results.targets[0].identity;
  a.speculation_method = b.speculation_method = "eagle3";
  a.drafter = "org/draft-a";
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes, ElementsAre("not checked: which draft models were used (B does not "
                                         "name its own)"));
  // These have none.
  a = b = ServerIdentity{.version = "1.0", .speculation_method = "ngram"};
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes, IsEmpty());
}

TEST_F(ComparabilityTest, AnotherDraftLengthOfOneDrafterIsNoted) {
  a_.results.targets[0].identity.speculation_method = "ngram";
  b_.results.targets[0].identity.speculation_method = "ngram";
  a_.results.targets[0].identity.draft_length = 3;
  b_.results.targets[0].identity.draft_length = 5;
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes, ElementsAre("draft lengths differ: A 3, B 5"));
}

TEST_F(ComparabilityTest, SamplingMustBeTheSame) {
  RequestSpec& request = b_.results.spec.request;
  request.temperature = 0.7;
  request.osl_tokens = 77;
  request.ignore_eos = true;
  request.extra_inputs_json = "{\"top_p\":0.5}";
  request.endpoint = Endpoint::kCompletions;
  b_.results.spec.load.seed = 9;
  EXPECT_THAT(Codes(),
              ElementsAre("sampling", "sampling", "sampling", "sampling", "sampling", "sampling"));
  EXPECT_EQ(result_.refusals[0].text, "temperature differs: A 0, B 0.7");
  EXPECT_EQ(result_.refusals[0].match, "give both the same --temperature");
}

TEST_F(ComparabilityTest, TheOfferedLoadMustBeTheSame) {
  b_.results.spec.load.shape = ClosedLoop{8};
  EXPECT_THAT(Codes(), ElementsAre("offered_load"));
  EXPECT_EQ(result_.refusals[0].text, "concurrency differs: A bs 4, B bs 8");
}

TEST_F(ComparabilityTest, AnOpenLoopIsNoClosedOne) {
  b_.results.spec.load.shape = OpenLoop{.rate_per_s = 5};
  EXPECT_THAT(Codes(), ElementsAre("offered_load"));
  EXPECT_EQ(
      result_.refusals[0].text,
      "offered load differs: A bs 4, B 5 requests/s, poisson arrivals, at most 4096 in flight");
}

TEST_F(ComparabilityTest, NothingIsConcludedFromPromptsThatAreNoLanguage) {
  a_.results.spec.dataset.synthetic_text = b_.results.spec.dataset.synthetic_text = true;
  EXPECT_THAT(Codes(), IsEmpty()) << "nothing speculates";
  b_.results.acceptance_sources = {{.target = 0, .speculates = true}};
  EXPECT_THAT(Codes(), ElementsAre("synthetic_text"));
  EXPECT_EQ(result_.refusals[0].text, "B speculated on prompts that are not language");
}

TEST_F(ComparabilityTest, WhatWasAchievedMayDiffer) {
  b_ = SteadyRun({.seed = 2, .step_ms = 10});
  EXPECT_THAT(Codes(), IsEmpty());
}

TEST(AcrossTest, NamesRevisions) {
  const auto across = ParseAcross("engine,drafter");
  ASSERT_TRUE(across.ok());
  EXPECT_TRUE(across->engine && across->drafter && !across->dataset);
  EXPECT_TRUE(ParseAcross("").ok());
  const auto spaced = ParseAcross(" engine, dataset ");
  ASSERT_TRUE(spaced.ok()) << spaced.status();
  EXPECT_TRUE(spaced->engine && spaced->dataset && !spaced->drafter);
  EXPECT_EQ(ParseAcross("engine,model").status().message(),
            "--across: need engine, dataset or drafter, got \"model\"");
}

}  // namespace
}  // namespace specctl::testing
