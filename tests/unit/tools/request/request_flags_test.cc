#include "tools/request/request_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using namespace std::chrono_literals;
using controller::MeasureRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// All that a new flag takes.
TEST(RequestFlagsTest, AFlagIsOneEntry) {
  CLI::App app;
  RequestFlags flags(app);
  flags.Number({"--slots,--places", "How many there are", "Load"}, 1, 8,
               [](controller::MeasureRequest& request, uint64_t slots) {
                 request.spec.load.shape = ClosedLoop{static_cast<uint32_t>(slots)};
               });
  EXPECT_THAT(app.help(), HasSubstr("How many there are"));
  app.parse("--places 7");
  EXPECT_TRUE(flags.IsGiven("--slots"));
  EXPECT_EQ(flags.Make({})->spec.load.shape, LoadShape(ClosedLoop{7}));
}

TEST(RequestFlagsTest, WhatIsNotGivenChangesNothing) {
  CLI::App app;
  RequestFlags flags(app);
  flags.Mark({"--mark", "", ""},
             [](controller::MeasureRequest& request) { request.notes.push_back("marked"); });
  flags.Switch({"--save", "", ""},
               [](controller::MeasureRequest& request) -> bool& { return request.spec.save_text; });
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->save_text = true;
  EXPECT_FALSE(flags.IsGiven("--save"));
  EXPECT_TRUE(flags.Make(surroundings)->spec.save_text);
  app.parse("--save=false --mark=false");
  EXPECT_TRUE(flags.IsGiven("--save"));
  EXPECT_FALSE(flags.Make(surroundings)->spec.save_text);
  EXPECT_THAT(flags.Make(surroundings)->notes, ElementsAre());
}

TEST(RequestFlagsTest, StepsAreTakenInOrderUntilOneRefuses) {
  CLI::App app;
  RequestFlags flags(app);
  std::vector<int> taken;
  for (const int step : {1, 2, 3}) {
    flags.Then([&taken, step](const Surroundings&, controller::MeasureRequest&) {
      taken.push_back(step);
      return step == 2 ? absl::InvalidArgumentError("--two: no") : absl::OkStatus();
    });
  }
  EXPECT_EQ(flags.Make({}).status().message(), "--two: no");
  EXPECT_THAT(taken, ElementsAre(1, 2));
}

TEST(RequestFlagsTest, DefaultsAreThoseOfTheManual) {
  const MeasureRequest request = Good({});
  EXPECT_EQ(request.spec.load.shape, LoadShape(ClosedLoop{1}));
  EXPECT_FALSE(request.agents.has_value());
  EXPECT_THAT(TargetUrls(request.spec), ElementsAre(HasSubstr("localhost:8000")));
  EXPECT_EQ(request.spec.timeouts.request, 600s);
  EXPECT_EQ(request.spec.timeouts.connect, 10s);
  EXPECT_EQ(request.spec.timeouts.idle, 60s);
  EXPECT_EQ(request.spec.load.grace, 30s);
  EXPECT_FALSE(request.osl_tokens.has_value());
}

// Of numbers that wrap, sign, overflow or are missing (`--bs "$UNSET"`), none may become a load.
TEST(RequestFlagsTest, WholeNumbersAreTakenAsTypedOrRefused) {
  for (const std::string flag :
       {"--bs", "--agents", "--requests", "--conversations", "--seed", "--osl", "--gpus"}) {
    for (const std::string value : {"-1", "", "99999999999999999999", "1.5", "abc"}) {
      const std::string refusal = Refusal({flag, value});
      EXPECT_THAT(refusal, StartsWith(flag + ": need "));
      EXPECT_THAT(refusal, HasSubstr(", got \"" + value + "\""));
    }
  }
  for (const std::string flag : {"--bs", "--agents", "--osl", "--gpus"}) {
    EXPECT_THAT(Refusal({flag, "4294967297"}), HasSubstr(", got \"4294967297\""));
  }
  EXPECT_EQ(Good({"--requests", "010"}).spec.load.requests_max, 10u);
  EXPECT_EQ(Good({"--seed", "18446744073709551615"}).spec.load.seed, UINT64_MAX);
  EXPECT_EQ(Good({"--osl", "2147483647"}).osl_tokens, 2147483647u);
}

TEST(RequestFlagsTest, LikeTakesAllButWhatIsGiven) {
  Surroundings surroundings;
  RunSpec spec;
  spec.run_id = "old";
  spec.load.shape = ClosedLoop{64};
  spec.load.agents = 4;
  spec.load.requests_max = 10;
  spec.request.osl_tokens = 77;
  spec.targets = {{.url = "http://a:1"}};
  spec.dataset.name = "spec_bench";
  surroundings.like = spec;
  const auto request = RequestOfLine({"--conversations", "3"}, surroundings);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->spec.run_id, "id");
  EXPECT_EQ(request->spec.load.shape, LoadShape(ClosedLoop{64}));
  EXPECT_EQ(request->agents, 4u);
  EXPECT_FALSE(request->spec.load.requests_max.has_value());
  EXPECT_EQ(request->spec.load.conversations_max, 3u);
  EXPECT_EQ(request->osl_tokens, 77u);
  EXPECT_THAT(TargetUrls(request->spec), ElementsAre("http://a:1"));
  EXPECT_EQ(std::get<DatasetRequest>(request->prompts).dataset, "spec_bench");
}

TEST(RequestFlagsTest, LikeKeepsSwitchesThatAreNotGiven) {
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->request.ignore_eos = true;
  surroundings.like->save_text = true;
  surroundings.like->tls.insecure = true;
  const MeasureRequest kept = Good({}, surroundings);
  EXPECT_TRUE(kept.spec.request.ignore_eos);
  EXPECT_TRUE(kept.spec.save_text);
  EXPECT_TRUE(kept.spec.tls.insecure);
  const MeasureRequest changed = Good({"--ignore-eos=false", "--save-text"}, surroundings);
  EXPECT_FALSE(changed.spec.request.ignore_eos);
  EXPECT_TRUE(changed.spec.save_text);
}

TEST(RequestFlagsTest, OtherBadValuesNameTheirFlag) {
  EXPECT_THAT(Refusal({"--url", "ftp://x"}), HasSubstr("--url"));
  EXPECT_THAT(Refusal({"--url", "http://a:1,http://b:1,http://a:1/v1"}),
              HasSubstr("--url: http://a:1 is given twice"));
  EXPECT_THAT(Refusal({"--server-metrics", "http://a:1/metrics,http://a:1/metrics"}),
              HasSubstr("--server-metrics: http://a:1/metrics is given twice"));
  EXPECT_THAT(Refusal({"--url-policy", "fair"}), HasSubstr("--url-policy: need round_robin"));
  EXPECT_THAT(Refusal({"--endpoint", "embeddings"}), HasSubstr("--endpoint: need chat"));
  EXPECT_THAT(Refusal({"--tag", "novalue"}), HasSubstr("--tag: need k=v"));
  EXPECT_THAT(Refusal({"--timeout", "0"}), HasSubstr("--timeout: need a time above 0"));
  EXPECT_THAT(Refusal({"--osl", "0"}), HasSubstr("--osl: need 1 to 2147483647, got \"0\""));
  EXPECT_THAT(Refusal({"--gpus", "0"}), HasSubstr("--gpus: need 1 to 1000000, got \"0\""));
  EXPECT_THAT(Refusal({"--dataset-format", "csv"}), HasSubstr("--dataset-format"));
  EXPECT_THAT(Refusal({"--dataset", "a", "--input-file", "b"}),
              HasSubstr("--dataset: can't be combined with"));
  EXPECT_THAT(Refusal({"--no-server-metrics", "--server-metrics", "http://a/m"}),
              HasSubstr("--server-metrics: can't be combined with"));
  EXPECT_THAT(Refusal({"--bogus"}), HasSubstr("--bogus"));
}

}  // namespace
}  // namespace specctl::cli
