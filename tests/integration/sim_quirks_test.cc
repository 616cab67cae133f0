// What quirks do to the streams of each flavour, read as an agent reads them: no token is lost,
// counted twice, or given to another step.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <variant>
#include <vector>

#include "common/engine/response_body.h"
#include "tools/sim/flavour_options.h"
#include "tools/sim/reply.h"

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kReplies = 40;

struct Asked {
  EngineKind engine = EngineKind::kVllm;
  std::string path = "/v1/chat/completions";
  std::vector<std::string> quirks = {};
  std::string more = {};  // fields of the request
  uint32_t stream_interval = 1;
};

std::string BodyOf(const Asked& asked) {
  const bool generate = asked.path == "/generate";
  const bool chat = asked.path.find("chat") != std::string::npos;
  if (generate) {
    return R"({"text":"hi","stream":true,"sampling_params":{"max_new_tokens":30,"ignore_eos":true})" +
           asked.more + "}";
  }
  return std::string(R"({"model":"sim",)") +
         (chat ? R"("messages":[{"role":"user","content":"hi"}])" : R"("prompt":"hi")") +
         R"(,"stream":true,"max_tokens":30,"n_predict":30,"ignore_eos":true,)"
         R"("stream_options":{"include_usage":true,"continuous_usage_stats":true})" +
         (asked.engine == EngineKind::kLlamacpp ? R"(,"timings_per_token":true)" : "") +
         asked.more + "}";
}

// TensorRT-LLM refuses fields that it does not know.
std::string WithoutForeign(std::string body, EngineKind engine) {
  const std::string foreign = R"("n_predict":30,)";
  if (engine == EngineKind::kTrtllm) body.erase(body.find(foreign), foreign.size());
  return body;
}

std::string WithoutHttpChunks(std::string_view bytes) {
  std::string body;
  while (!bytes.empty()) {
    const size_t size = std::stoul(std::string(bytes.substr(0, bytes.find('\r'))), nullptr, 16);
    bytes.remove_prefix(bytes.find('\n') + 1);
    body += bytes.substr(0, size);
    bytes.remove_prefix(size + 2);
  }
  return body;
}

// One reply, as it was made and as it was read.
struct RoundTrip {
  std::vector<uint32_t> steps;   // tokens, with the prompt's
  std::vector<uint32_t> chunks;  // tokens; those of one step together where the reader says so
  uint64_t total = 0;            // as the reader has it
  bool any_reasoning = false;
  std::string bytes, finish, text;
  ResponseVerdict verdict;
};

RoundTrip Exchange(const Asked& asked, uint64_t number) {
  ReplyOptions options{.stream_interval = asked.stream_interval};
  for (const std::string& quirk : asked.quirks) EXPECT_TRUE(options.quirks.Add(quirk).ok());
  EXPECT_TRUE(options.quirks.CheckFor(asked.engine).ok());
  BatchOptions batch;
  AdaptBatch(asked.engine, batch);
  BatchModel model(batch);
  const auto flavour = MakeFlavour({.engine = asked.engine},
                                   {.batch = batch, .model = model, .started = UnixTime()});
  HttpRequest http;
  http.method = "POST";
  http.path = asked.path;
  http.content_type = "application/json";
  http.body = WithoutForeign(BodyOf(asked), asked.engine);
  auto answer = flavour->Answer(http);
  EXPECT_TRUE(std::holds_alternative<InferenceRequest>(answer));
  const Draws draws{SplitMix64(number)};
  Reply reply(std::get<InferenceRequest>(std::move(answer)),
              {.response_id = "id", .model = "sim", .created_unix_s = 5}, options, draws, *flavour);
  RoundTrip trip;
  const ReplyHead head{.date = UnixTime(std::chrono::seconds(9))};
  trip.bytes = reply.Begin(head);
  SequenceSpec spec{.prompt_tokens = 9, .output_tokens = 30, .tokens_max = 30, .draws = draws};
  spec.acceptance = {0.8, 0.6, 0.5};
  if (!reply.request().stop.empty()) spec.stop_string_from = 6;
  if (options.quirks.Has(Quirk::kAbort)) {
    spec.output_tokens = 12;
    spec.finish = Finish::kAbort;
  }
  model.AddSequence(std::move(spec), MonoTime());
  while (model.StepEnd()) {
    const MonoTime end = *model.StepEnd();
    for (const StepOutput& step : model.Advance(end)) {
      trip.steps.push_back(step.tokens);
      const ReplyHead then{.date = head.date + end.time_since_epoch()};
      for (const ReplyPiece& piece : reply.OnStep(step, then)) trip.bytes += piece.bytes;
    }
  }
  StreamDecoder decoder;
  ResponseBody body(decoder, 1 << 20);
  body.BeginResponse({.keep = {.text = true}});
  body.OnHead({.status = 200, .content_type = "text/event-stream"});
  const std::string events =
      WithoutHttpChunks(std::string_view(trip.bytes).substr(trip.bytes.find("\r\n\r\n") + 4));
  const std::string padded = events + std::string(SseParser::kPadding, '\0');
  const absl::Status fed = body.Feed(std::string_view(padded).substr(0, events.size()),
                                     [&](const ChunkFacts& facts, bool) {
                                       trip.any_reasoning |= facts.reasoning;
                                       if (facts.same_step) {
                                         trip.chunks.back() += facts.tokens.value_or(999);
                                       } else {
                                         trip.chunks.push_back(facts.tokens.value_or(999));
                                       }
                                     });
  trip.verdict = body.Judge({.head_done = true, .fault = fed});
  trip.total = body.reader().output_tokens().value_or(0);
  trip.finish = body.reader().finish_reason();
  trip.text = body.reader().kept().text;
  return trip;
}

uint64_t Sum(const std::vector<uint32_t>& tokens) {
  return std::accumulate(tokens.begin(), tokens.end(), uint64_t{0});
}

class QuirkStreamTest : public ::testing::TestWithParam<Asked> {};

TEST_P(QuirkStreamTest, EveryChunkIsAStep) {
  for (uint64_t i = 0; i < kReplies; ++i) {
    const RoundTrip trip = Exchange(GetParam(), i);
    EXPECT_EQ(trip.chunks, trip.steps) << trip.bytes;
    EXPECT_EQ(trip.total, 30u);
    EXPECT_TRUE(trip.verdict.ok()) << trip.verdict.text;
  }
}

std::vector<Asked> EachQuirkOfEachRoute() {
  using enum EngineKind;
  struct Of {
    EngineKind engine;
    std::vector<std::string> paths, quirks;
  };
  const std::string chat = "/v1/chat/completions", completions = "/v1/completions";
  const std::vector<Of> all = {
      {kVllm,
       {chat, completions},
       {"empty-first", "empty-chunks:0.5", "empty-finish", "logprobs", "no-nulls"}},
      {kSglang,
       {chat, completions, "/generate"},
       {"empty-first", "empty-chunks:0.5", "logprobs", "framed-ids", "no-nulls"}},
      {kTrtllm,
       {chat, completions},
       {"empty-first", "empty-chunks:0.5", "empty-finish", "logprobs", "perf-metrics"}},
      {kLlamacpp, {chat, completions, "/completion"}, {"progress", "keepalive:0.5", "logprobs"}}};
  std::vector<Asked> asked;
  for (const Of& of : all) {
    for (const std::string& path : of.paths) {
      // All at once, too.
      asked.push_back({.engine = of.engine, .path = path, .quirks = of.quirks});
      for (const std::string& quirk : of.quirks) {
        asked.push_back({.engine = of.engine, .path = path, .quirks = {quirk}});
      }
    }
  }
  return asked;
}

INSTANTIATE_TEST_SUITE_P(Quirks, QuirkStreamTest, ::testing::ValuesIn(EachQuirkOfEachRoute()),
                         [](const auto& test) {
                           std::string name(EngineName(test.param.engine));
                           name += test.param.path + "_" +
                                   (test.param.quirks.size() > 1 ? "all" : test.param.quirks[0]);
                           for (char& c : name)
                             c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           return name;
                         });

class PartsTest : public ::testing::TestWithParam<EngineKind> {};

TEST_P(PartsTest, ReasoningAndToolCallsAreTokensLikeOthers) {
  for (uint64_t i = 0; i < kReplies; ++i) {
    const RoundTrip trip =
        Exchange({.engine = GetParam(), .quirks = {"reasoning", "tool-calls"}}, i);
    EXPECT_EQ(Sum(trip.chunks), 30u);
    EXPECT_EQ(trip.total, 30u);
    EXPECT_TRUE(trip.any_reasoning);
    EXPECT_FALSE(trip.text.empty());
    EXPECT_TRUE(trip.verdict.ok()) << trip.verdict.text;
    // A step that shows nothing comes with the next; nothing else moves.
    EXPECT_GE(trip.chunks.size() + 2, trip.steps.size());
    EXPECT_LE(trip.chunks.size(), trip.steps.size());
  }
}

TEST_P(PartsTest, AnIntervalKeepsTokensBackAndLosesNone) {
  if (GetParam() == EngineKind::kLlamacpp) GTEST_SKIP() << "it sends each token by itself";
  for (uint64_t i = 0; i < kReplies; ++i) {
    const RoundTrip trip = Exchange({.engine = GetParam(), .stream_interval = 4}, i);
    EXPECT_EQ(Sum(trip.chunks), 30u);
    EXPECT_EQ(trip.chunks.front(), 1u) << "the first token is sent at once";
    for (size_t k = 1; k + 1 < trip.chunks.size(); ++k) EXPECT_GE(trip.chunks[k], 4u);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, PartsTest,
                         ::testing::Values(EngineKind::kVllm, EngineKind::kSglang,
                                           EngineKind::kTrtllm, EngineKind::kLlamacpp),
                         [](const auto& test) { return std::string(EngineName(test.param)); });

TEST(StopStringTest, TokensUpToTheMatchCountWhereverTheyCome) {
  for (const EngineKind engine : {EngineKind::kVllm, EngineKind::kSglang, EngineKind::kLlamacpp}) {
    for (uint64_t i = 0; i < kReplies; ++i) {
      const RoundTrip trip = Exchange({.engine = engine, .more = R"(,"stop":["END"])"}, i);
      const uint64_t made = Sum(trip.steps);
      EXPECT_EQ(trip.total, made);
      EXPECT_LT(made, 30u) << "or there was no step of several tokens in time";
      EXPECT_EQ(trip.finish, "stop");
      EXPECT_TRUE(trip.verdict.ok()) << trip.verdict.text;
      // The match has no text: vLLM sends an event of it, the others none.
      const uint64_t match = engine == EngineKind::kVllm ? 0 : trip.steps.back();
      EXPECT_EQ(Sum(trip.chunks), made - match);
    }
  }
}

TEST(AbortTest, EndsInOrderAndIsNoSuccess) {
  for (const char* path : {"/v1/chat/completions", "/v1/completions", "/generate"}) {
    const RoundTrip trip =
        Exchange({.engine = EngineKind::kSglang, .path = path, .quirks = {"abort:1"}}, 3);
    EXPECT_EQ(trip.finish, "abort") << trip.bytes;
    EXPECT_THAT(trip.bytes, HasSubstr("data: [DONE]"));
    EXPECT_FALSE(trip.verdict.ok());
  }
}

TEST(NullsTest, AreLeftOut) {
  for (const EngineKind engine : {EngineKind::kVllm, EngineKind::kSglang}) {
    const std::string bytes = Exchange({.engine = engine, .quirks = {"no-nulls"}}, 1).bytes;
    EXPECT_THAT(bytes, Not(HasSubstr("null")));
    EXPECT_THAT(bytes, Not(HasSubstr(",}")));
    EXPECT_THAT(bytes, Not(HasSubstr("{,")));
  }
}

}  // namespace
}  // namespace specctl::sim
