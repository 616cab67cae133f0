#include "tools/request/flag_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using namespace std::chrono_literals;
using controller::MeasureRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(TargetFlagsTest, ANullServerBesideEachAgentIsATarget) {
  EXPECT_EQ(Good({"--url", "null://50.0"}).spec.targets.at(0).url, "null://50");
  EXPECT_THAT(Refusal({"--url", "null://fast"}),
              HasSubstr("--url: \"null://fast\": need null://RATE"));
  EXPECT_THAT(Refusal({"--target", "n=null://0"}), HasSubstr("--target: \"null://0\""));
}

TEST(TargetFlagsTest, ATargetMayHaveNameModelAndGpus) {
  const MeasureRequest request =
      Good({"--target", "fp8=http://a:8000/v1,model=m-fp8,gpus=2", "--target", "b:9,gpus=4"});
  const MeasureRequest others = Good({"--url", "http://c:1", "--target", "bf16=https://b"});
  const std::vector<TargetSpec>& targets = request.spec.targets;
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_EQ(targets[0].name, "fp8");
  EXPECT_EQ(targets[0].url, "http://a:8000");
  EXPECT_EQ(targets[0].model, "m-fp8");
  EXPECT_EQ(targets[0].gpus, 2u);
  EXPECT_EQ(targets[1].name, "");
  EXPECT_EQ(targets[1].url, "http://b:9");
  EXPECT_EQ(targets[1].model, "");
  EXPECT_THAT(TargetUrls(others.spec), ElementsAre("http://c:1", "https://b:443"));
  EXPECT_EQ(others.spec.targets[1].name, "bf16");
}

TEST(TargetFlagsTest, TheEnvironmentMayNameSeveral) {
  Surroundings surroundings;
  surroundings.default_url = "http://a:1,http://b:2/v1";
  EXPECT_THAT(TargetUrls(Good({}, surroundings).spec), ElementsAre("http://a:1", "http://b:2"));
  EXPECT_THAT(TargetUrls(Good({"--target", "http://c:3"}, surroundings).spec),
              ElementsAre("http://c:3"));
}

TEST(TargetFlagsTest, WhatIsNoTargetIsRefused) {
  EXPECT_THAT(Refusal({"--target", "a=http://h,colour=red"}),
              HasSubstr("--target: need [NAME=]URL[,model=M][,gpus=N]; \"colour=red\""));
  EXPECT_THAT(Refusal({"--target", "http://h,model="}), HasSubstr("\"model=\" is neither"));
  EXPECT_THAT(Refusal({"--target", "http://h,gpus=two"}), HasSubstr("gpus: need a whole number"));
  EXPECT_THAT(Refusal({"--target", "a=http://h", "--target", "a=http://i"}),
              HasSubstr("--target: two targets are named a"));
  EXPECT_THAT(Refusal({"--target", "a=http://h", "--target", "b=http://h/v1"}),
              HasSubstr("http://h:80 is given twice; --model-mix"));
  EXPECT_THAT(Refusal({"--url", "http://h,model=m"}),
              HasSubstr("--url: \"model=\" without a URL before it; need --target"));
}

TEST(TargetFlagsTest, GpusOfTheTargetsSumUp) {
  EXPECT_EQ(Good({"--target", "http://a,gpus=2", "--target", "http://b,gpus=4"}).spec.gpus, 6u);
  EXPECT_EQ(Good({"--url", "http://a", "--gpus", "8"}).spec.gpus, 8u);
  EXPECT_THAT(Refusal({"--target", "http://a,gpus=2", "--gpus", "2"}),
              HasSubstr("--gpus: can't be combined with gpus= in --target"));
  EXPECT_THAT(Refusal({"--target", "http://a,gpus=2", "--target", "http://b"}),
              HasSubstr("gpus= is given for other targets but not for http://b:80"));
}

TEST(TargetFlagsTest, ModelsAreNamedOrMixed) {
  EXPECT_EQ(Good({"--model", "m"}).spec.request.model, "m");
  const RequestSpec mixed = Good({"--model-mix", "org/a=0.6,b=x=0.4"}).spec.request;
  EXPECT_THAT(mixed.model_mix, ElementsAre(Pair("org/a", 0.6), Pair("b=x", 0.4)));
  EXPECT_EQ(mixed.model, "org/a");  // the one that is probed
  EXPECT_THAT(Good({"--model-mix", "a=75%,b=25%"}).spec.request.model_mix,
              ElementsAre(Pair("a", 75), Pair("b", 25)));
  EXPECT_THAT(Refusal({"--model-mix", "a=1", "--model", "b"}),
              HasSubstr("can't be combined with --model"));
  EXPECT_THAT(Refusal({"--model-mix", "a"}), HasSubstr("--model-mix: need MODEL=SHARE"));
  EXPECT_THAT(Refusal({"--model-mix", "a=0"}), HasSubstr("each share above 0"));
  EXPECT_THAT(Refusal({"--model-mix", "a=1,a=2"}), HasSubstr("a is given twice"));
}

TEST(TargetFlagsTest, AModelOfTheFlagsOverridesThoseOfARepeatedRun) {
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->targets = {{.url = "http://a:1", .model = "old"}};
  EXPECT_EQ(Good({}, surroundings).spec.targets[0].model, "old");
  const MeasureRequest request = Good({"--model", "new"}, surroundings);
  EXPECT_EQ(request.spec.targets[0].model, "");
  EXPECT_EQ(request.spec.request.model, "new");
}

TEST(TargetFlagsTest, AProbeTakesTheSameTargets) {
  CLI::App app;
  RequestFlags flags(app);
  AddProbeFlags(flags);
  app.parse("http://c:1 --target fp8=http://a:8000,model=m --insecure --wait-ready 5s");
  const auto request = flags.Make({});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_THAT(TargetUrls(request->spec), ElementsAre("http://c:1", "http://a:8000"));
  EXPECT_EQ(request->spec.targets[1].name, "fp8");
  EXPECT_TRUE(request->spec.tls.insecure);
  EXPECT_EQ(request->wait_ready, 5s);
}

TEST(TargetFlagsTest, AllAddressesOfANameGetTheLoadIfAsked) {
  EXPECT_FALSE(Good({}).spec.resolve_all);
  EXPECT_TRUE(Good({"--resolve", "all"}).spec.resolve_all);
  EXPECT_FALSE(Good({"--resolve", "first"}).spec.resolve_all);
  EXPECT_THAT(Refusal({"--resolve", "some"}), HasSubstr("--resolve"));
  EXPECT_THAT(Refusal({"--resolve", "all", "--flush-cache"}),
              HasSubstr("--flush-cache: can't be combined with --resolve all"));
}

}  // namespace
}  // namespace specctl::cli
