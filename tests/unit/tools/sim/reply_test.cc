#include "tools/sim/reply.h"

#include <gtest/gtest.h>

#include <string>

#include "tools/sim/flavour_vllm.h"
#include "tools/sim/token_model.h"

namespace specctl::sim {
namespace {

constexpr Draws kDraws{77};

InferenceRequest Streamed() {
  InferenceRequest request;
  request.stream = true;
  request.include_usage = true;
  request.continuous_usage = true;
  request.prompt_tokens = 8;
  return request;
}

// A server of vLLM whose engine has a draft length of 3.
struct Server {
  explicit Server(SpecMetricsDetail detail = SpecMetricsDetail::kNone)
      : flavour({.spec_metrics = detail}, {.batch = batch, .model = model, .started = UnixTime()}) {
  }

  BatchOptions batch;
  BatchModel model{batch};
  VllmFlavour flavour;
};

ReplyIdentity Identity() {
  return {.response_id = "chatcmpl-1", .model = "m", .created_unix_s = 5};
}

StepOutput Step(uint64_t step, uint32_t tokens, Finish finish = Finish::kNo) {
  return {.tokens = tokens, .drafted = 3, .accepted = tokens - 1, .step = step, .finish = finish};
}

std::string Text(uint64_t from, uint64_t to) {
  std::string text;
  for (uint64_t i = from; i < to; ++i) text += TokenText(TokenId(kDraws, i));
  return text;
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ReplyTest, EachStepIsOneEventAndTheRoleGoesBeforeTheFirst) {
  const Server server;
  Reply reply(Streamed(), Identity(), {}, kDraws, server.flavour);
  const auto first = reply.OnStep(Step(0, 1), {});
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].tokens, 0u);
  EXPECT_NE(first[0].bytes.find("\"role\":\"assistant\""), std::string::npos);
  EXPECT_EQ(first[1].tokens, 1u);
  const auto second = reply.OnStep(Step(1, 3), {});
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].tokens, 3u);
  EXPECT_NE(second[0].bytes.find("{\"content\":\"" + Text(1, 4) + "\"}"), std::string::npos);
  EXPECT_NE(second[0].bytes.find("\"total_tokens\":12,\"completion_tokens\":4"), std::string::npos);
}

TEST(ReplyTest, TheLastStepEndsTheStream) {
  const Server server;
  Reply reply(Streamed(), Identity(), {}, kDraws, server.flavour);
  const auto pieces = reply.OnStep(Step(0, 1, Finish::kLength), {});
  ASSERT_EQ(pieces.size(), 4u);  // role, token, usage, end
  EXPECT_NE(pieces[1].bytes.find("\"finish_reason\":\"length\""), std::string::npos);
  EXPECT_NE(pieces[2].bytes.find("\"choices\":[],\"usage\""), std::string::npos);
  EXPECT_EQ(pieces[3].bytes, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
}

TEST(ReplyTest, TheEndOfSequenceTokenCountsAndHasNoText) {
  const Server server;
  Reply reply(Streamed(), Identity(), {}, kDraws, server.flavour);
  reply.OnStep(Step(0, 1), {});
  const auto pieces = reply.OnStep(Step(1, 2, Finish::kStop), {});
  EXPECT_EQ(pieces[0].tokens, 2u);
  EXPECT_NE(pieces[0].bytes.find("{\"content\":\"" + Text(1, 2) + "\"}"), std::string::npos);
  EXPECT_NE(pieces[0].bytes.find("\"finish_reason\":\"stop\""), std::string::npos);
}

TEST(ReplyTest, MergedStepsComeWithTheNextAndNoTokenIsLost) {
  const Server server;
  Reply reply(Streamed(), Identity(), {.merge_share = 1}, kDraws, server.flavour);
  EXPECT_EQ(reply.OnStep(Step(0, 1), {}).size(), 2u);
  EXPECT_TRUE(reply.OnStep(Step(1, 2), {}).empty());
  EXPECT_TRUE(reply.OnStep(Step(2, 4), {}).empty());
  const auto last = reply.OnStep(Step(3, 3, Finish::kLength), {});
  ASSERT_EQ(last.size(), 3u);
  EXPECT_EQ(last[0].tokens, 9u);
  EXPECT_NE(last[0].bytes.find("{\"content\":\"" + Text(1, 10) + "\"}"), std::string::npos);
}

TEST(ReplyTest, TheShareOfMergedStepsIsTheOneAskedFor) {
  const Server server;
  Reply reply(Streamed(), Identity(), {.merge_share = 0.25}, kDraws, server.flavour);
  int merged = 0;
  for (uint64_t step = 0; step < 4000; ++step) merged += reply.OnStep(Step(step, 1), {}).empty();
  EXPECT_NEAR(merged, 1000, 100);
}

TEST(ReplyTest, AnIntervalSendsTheFirstTokenAtOnceThenSoManyThenTheRest) {
  const Server server;
  Reply reply(Streamed(), Identity(), {.stream_interval = 4}, kDraws, server.flavour);
  EXPECT_EQ(reply.OnStep(Step(0, 1), {}).back().tokens, 1u);
  EXPECT_TRUE(reply.OnStep(Step(1, 3), {}).empty());
  EXPECT_EQ(reply.OnStep(Step(2, 2), {}).at(0).tokens, 5u);
  EXPECT_EQ(reply.OnStep(Step(3, 1, Finish::kLength), {}).at(0).tokens, 1u);
}

ReplyOptions WithQuirk(const char* quirk) {
  ReplyOptions options;
  EXPECT_TRUE(options.quirks.Add(quirk).ok());
  return options;
}

TEST(ReplyTest, AnEmptyFirstEventComesWithTheHeadAndIsNoToken) {
  const Server server;
  Reply reply(Streamed(), Identity(), WithQuirk("empty-first"), kDraws, server.flavour);
  const std::string opening = reply.Begin({});
  EXPECT_NE(opening.find("\"role\":\"assistant\""), std::string::npos);
  EXPECT_NE(
      opening.find(R"("delta":{"content":""},"logprobs":null,"finish_reason":null,"token_ids")"),
      std::string::npos);
  EXPECT_EQ(Count(opening, R"("completion_tokens":0)"), 2u);
  const auto first = reply.OnStep(Step(0, 1), {});
  ASSERT_EQ(first.size(), 1u) << "the role is not told twice";
  EXPECT_EQ(first[0].tokens, 1u);
}

TEST(ReplyTest, TheFinishReasonMayComeApart) {
  const Server server;
  Reply reply(Streamed(), Identity(), WithQuirk("empty-finish"), kDraws, server.flavour);
  const auto pieces = reply.OnStep(Step(0, 1, Finish::kLength), {});
  ASSERT_EQ(pieces.size(), 5u);  // role, token, finish, usage, end
  EXPECT_EQ(pieces[1].bytes.find("\"finish_reason\":\"length\""), std::string::npos);
  EXPECT_NE(pieces[2].bytes.find("\"finish_reason\":\"length\""), std::string::npos);
  EXPECT_EQ(pieces[2].tokens, 0u);
}

TEST(ReplyTest, AStepThatOnlyEndsTheReasoningHasNoEventUnlessIdsWereAskedFor) {
  for (const bool ids : {false, true}) {
    InferenceRequest request = Streamed();
    request.max_tokens = 40;
    request.return_token_ids = ids;
    const Server server;
    Reply reply(request, Identity(), WithQuirk("reasoning"), kDraws, server.flavour);
    int silent = 0;
    for (uint64_t step = 0; step < 40; ++step) silent += reply.OnStep(Step(step, 1), {}).empty();
    EXPECT_EQ(silent, ids ? 0 : 1);
  }
}

TEST(ReplyTest, StatisticsOfStepsRideOnTheUsageEvent) {
  const Server server(SpecMetricsDetail::kDetailed);
  Reply reply(Streamed(), Identity(), {}, kDraws, server.flavour);
  reply.OnStep({.tokens = 1, .step = 0}, {});
  reply.OnStep(Step(1, 3), {});
  reply.OnStep({.tokens = 1, .step = 2}, {});
  const auto pieces = reply.OnStep(Step(3, 1, Finish::kLength), {});
  EXPECT_NE(pieces[1].bytes.find("\"per_step_accepted\":[2,0],\"per_step_drafted\":[3,3]"),
            std::string::npos);
}

TEST(ReplyTest, ACompletionHasNoRoleEvent) {
  InferenceRequest request = Streamed();
  request.route = Route::kCompletions;
  const Server server;
  Reply reply(request, Identity(), {}, kDraws, server.flavour);
  const auto pieces = reply.OnStep(Step(0, 1), {});
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].tokens, 1u);
}

TEST(ReplyTest, WithoutStreamingTheWholeReplyComesAtTheEnd) {
  InferenceRequest request = Streamed();
  request.stream = false;
  const Server server;
  Reply reply(request, Identity(), {}, kDraws, server.flavour);
  EXPECT_EQ(reply.Begin({}), "");
  EXPECT_TRUE(reply.OnStep(Step(0, 1), {}).empty());
  const auto pieces = reply.OnStep(Step(1, 3, Finish::kLength), {});
  ASSERT_EQ(pieces.size(), 1u);
  const std::string& bytes = pieces[0].bytes;
  EXPECT_TRUE(bytes.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(
      bytes.find(
          R"({"id":"chatcmpl-1","object":"chat.completion","created":5,"model":"m","choices":[{"index":0,)"
          R"("message":{"role":"assistant","content":")" +
          Text(0, 4) +
          R"(","refusal":null,"annotations":null,"audio":null,"function_call":null,"reasoning":null},)"
          R"("logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null,)"
          R"("routed_experts":null}],"service_tier":null,"system_fingerprint":"vllm-0.32.0-b5a7eaa5",)"
          R"("usage":{"prompt_tokens":8,"total_tokens":12,"completion_tokens":4,)"
          R"("prompt_tokens_details":null,"completion_tokens_details":null},"prompt_logprobs":null,)"
          R"("prompt_token_ids":null,"prompt_text":null,"kv_transfer_params":null,)"
          R"("ec_transfer_params":null,"metrics":null})"),
      std::string::npos)
      << bytes;
}

TEST(ReplyTest, TokenIdsAreAsManyAsTokens) {
  InferenceRequest request = Streamed();
  request.return_token_ids = true;
  const Server server;
  Reply reply(request, Identity(), {}, kDraws, server.flavour);
  const auto pieces = reply.OnStep(Step(0, 1), {});
  const std::string& role = pieces[0].bytes;
  const std::string ids = role.substr(role.find("\"prompt_token_ids\":["));
  EXPECT_EQ(Count(ids.substr(0, ids.find(']')), ","), 7u);
  EXPECT_NE(pieces[1].bytes.find("\"token_ids\":[" + std::to_string(TokenId(kDraws, 0)) + "]"),
            std::string::npos);
}

}  // namespace
}  // namespace specctl::sim
