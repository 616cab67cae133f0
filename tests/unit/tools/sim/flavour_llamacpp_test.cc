#include "tools/sim/flavour_llamacpp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::Not;

FlavourOptions LlamacppOptions() {
  return {.engine = EngineKind::kLlamacpp,
          .model = "tiny.gguf",
          .draft_model = "draft.gguf",
          .context_tokens_max = 2048};
}

HttpRequest LlamaRequest(std::string method, std::string path, std::string body = "") {
  HttpRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.body = std::move(body);
  return request;
}

// Recorded without speculation (a step gives 1 token), or with drafts of 4.
struct Llama {
  const char* name;
  uint32_t draft_length;
  uint32_t tokens_a_step;
};

std::ostream& operator<<(std::ostream& out, const Llama& llama) { return out << llama.name; }

class LlamacppRecordingTest : public ::testing::TestWithParam<Llama> {};

TEST_P(LlamacppRecordingTest, IsAnsweredInTheSameForm) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const RecordedReply recorded = Recorded(std::string("llamacpp/") + GetParam().name);
  SimulatedServer server(LlamacppOptions(), GetParam().draft_length);
  EXPECT_EQ(Masked(Answered(*server.flavour, recorded.request, GetParam().tokens_a_step)),
            Masked(recorded.bytes));
}

INSTANTIATE_TEST_SUITE_P(
    Recordings, LlamacppRecordingTest,
    ::testing::Values(
        Llama{"none.chat-stream", 0, 1}, Llama{"none.chat-stream-usage", 0, 1},
        Llama{"none.chat-stream-timings-usage", 0, 1}, Llama{"none.chat-stream-progress", 0, 1},
        Llama{"none.max-tokens-0", 0, 1}, Llama{"none.max-tokens-1", 0, 1},
        Llama{"none.connection-close", 0, 1}, Llama{"none.completions-stream", 0, 1},
        Llama{"none.completions-stream-timings-usage", 0, 1}, Llama{"none.chat-nonstream", 0, 1},
        Llama{"none.completions-nonstream", 0, 1}, Llama{"draft.chat-stream", 4, 3},
        Llama{"draft.chat-stream-timings-usage", 4, 3},
        Llama{"draft.completions-stream-timings", 4, 3}, Llama{"draft.chat-nonstream", 4, 3},
        Llama{"none.models", 0, 1}, Llama{"none.health", 0, 1}, Llama{"none.err-404", 0, 1},
        Llama{"none.err-no-messages", 0, 1}),
    [](const auto& test) {
      std::string name = test.param.name;
      for (char& c : name) c = c == '.' || c == '-' ? '_' : c;
      return name;
    });

TEST(LlamacppFlavourTest, ProgressOnItsOwnRouteHasAnIdThatIsNone) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const RecordedReply recorded = Recorded("llamacpp/none.native-stream-progress-timings");
  SimulatedServer server(LlamacppOptions(), /*draft_length=*/0);
  std::vector<std::string> ours = Masked(Answered(*server.flavour, recorded.request, 1));
  std::vector<std::string> theirs = Masked(recorded.bytes);
  // The last event tells all settings of a real server.
  for (auto* entries : {&ours, &theirs}) entries->resize(entries->size() - 2);
  EXPECT_EQ(ours, theirs);
}

TEST(LlamacppFlavourTest, ErrorsSayWhatWasRecorded) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const auto body = [](const std::string& bytes) {
    return bytes.substr(bytes.find("\r\n\r\n") + 4);
  };
  FlavourOptions options = LlamacppOptions();
  options.metrics = false;
  for (const char* name : {"err-no-messages", "err-wrong-type-max-tokens", "err-wrong-type-stream",
                           "err-wrong-type-messages", "err-404", "err-metrics-disabled"}) {
    const RecordedReply recorded = Recorded(std::string("llamacpp/none.") + name);
    SimulatedServer server(options, 0);
    EXPECT_EQ(body(Answered(*server.flavour, recorded.request)), body(recorded.bytes)) << name;
  }
  options.context_tokens_max = 100;  // the simulated tokens are longer
  SimulatedServer small(options, 0);
  const RecordedReply too_long = Recorded("llamacpp/none.err-prompt-too-long-stream");
  EXPECT_EQ(Masked(Answered(*small.flavour, too_long.request)), Masked(too_long.bytes));
  options.api_key = "k";
  const RecordedReply recorded = Recorded("llamacpp/none.err-no-api-key");
  SimulatedServer server(options, 0);
  EXPECT_EQ(Masked(Answered(*server.flavour, recorded.request)), Masked(recorded.bytes));
}

TEST(LlamacppFlavourTest, ANativeStreamHasNoDone) {
  SimulatedServer server(LlamacppOptions(), 4);
  const std::string bytes = Answered(
      *server.flavour,
      LlamaRequest("POST", "/completion",
                   R"({"prompt":"hi","n_predict":7,"stream":true,"timings_per_token":true})"),
      3);
  EXPECT_THAT(bytes, HasSubstr(R"("stop":false,"id_slot":-1,"tokens_predicted":7,)"));
  EXPECT_THAT(bytes, HasSubstr(R"("stop_type":"limit")"));
  EXPECT_THAT(bytes, HasSubstr(R"("draft_n":6,"draft_n_accepted":4})"));
  EXPECT_THAT(bytes, Not(HasSubstr("[DONE]")));
  EXPECT_TRUE(bytes.ends_with("\r\n0\r\n\r\n"));
}

TEST(LlamacppFlavourTest, TheContextEndsAReplyInsteadOfAnError) {
  SimulatedServer server(LlamacppOptions(), 4);
  for (const char* tokens : {"-1", "100000"}) {
    auto answer = server.flavour->Answer(LlamaRequest(
        "POST", "/v1/completions", std::string(R"({"prompt":"hi","max_tokens":)") + tokens + "}"));
    ASSERT_TRUE(std::holds_alternative<InferenceRequest>(answer)) << tokens;
    const InferenceRequest& request = std::get<InferenceRequest>(answer);
    EXPECT_EQ(request.prompt_tokens + request.max_tokens, 2048u);
  }
}

TEST(LlamacppFlavourTest, PropsAndSlotsHaveMembersOfTheRecordedOnes) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  SimulatedServer server(LlamacppOptions(), 4);
  for (const char* path : {"/props", "/slots"}) {
    const auto members = [](const std::string& bytes) {
      boost::json::value value = boost::json::parse(bytes.substr(bytes.find("\r\n\r\n") + 4));
      if (value.is_array()) value = boost::json::value(value.as_array().front());
      std::vector<std::string> names;
      for (const auto& [name, member] : value.as_object()) names.emplace_back(name);
      return names;
    };
    const std::string recorded =
        RecordedText(std::string("llamacpp/draft.") + (path + 1) + ".http");
    EXPECT_THAT(members(Answered(*server.flavour, LlamaRequest("GET", path))),
                IsSubsetOf(members(recorded)));
  }
  EXPECT_THAT(Answered(*server.flavour, LlamaRequest("GET", "/slots")),
              HasSubstr(R"("speculative":true)"));
}

TEST(LlamacppFlavourTest, ConnectionsCloseAfterStreamsAndErrors) {
  SimulatedServer server(LlamacppOptions(), 4);
  EXPECT_TRUE(server.flavour->ClosesAfterStream());
  EXPECT_TRUE(server.flavour->ClosesAfterError());
  const std::string events = server.flavour->ErrorEvents({.status = 500, .message = "gone"});
  EXPECT_THAT(events, HasSubstr(R"(data: {"error":{"code":500,"message":"gone")"));
  EXPECT_THAT(events, Not(HasSubstr("[DONE]")));
}

}  // namespace
}  // namespace specctl::sim
