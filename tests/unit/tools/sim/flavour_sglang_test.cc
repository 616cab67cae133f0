#include "tools/sim/flavour_sglang.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSubsetOf;

FlavourOptions Options() {
  return {.engine = EngineKind::kSglang, .model = "tiny", .context_tokens_max = 4096};
}

HttpRequest RequestTo(std::string method, std::string path, std::string body = "") {
  HttpRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.content_type = "application/json";
  request.body = std::move(body);
  return request;
}

class SglangRecordingTest : public ::testing::TestWithParam<const char*> {};

TEST_P(SglangRecordingTest, IsAnsweredInTheSameForm) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const RecordedReply recorded = Recorded(std::string("sglang/") + GetParam());
  SimulatedServer server(Options());
  EXPECT_EQ(Masked(Answered(*server.flavour, recorded.request)), Masked(recorded.bytes));
}

INSTANTIATE_TEST_SUITE_P(
    Recordings, SglangRecordingTest,
    ::testing::Values(
        "ngram.chat-stream", "ngram.chat-stream-usage-spec", "ngram.chat-stream-continuous",
        "ngram.chat-max-tokens-0", "ngram.chat-max-tokens-1", "ngram.chat-nonstream-after-flush",
        "ngram.chat-nonstream-token-ids", "ngram.chat-stream-logprobs", "ngram.completions-stream",
        "ngram.completions-stream-usage-spec", "ngram.completions-stream-token-ids",
        "ngram.completions-ids-prompt", "ngram.completions-nonstream-spec", "ngram.models",
        "ngram.flush-cache", "ngram.health", "ngram.rid", "ngram.unknown-field", "err.wrong-model",
        "err.bad-temperature", "err.too-long-max-tokens", "err.negative-max-tokens",
        "err.empty-messages", "err.chat-stream-return-token-ids", "err.no-version-route",
        "err.unknown-route", "err.get-on-post", "err.too-long-native-stream"),
    [](const auto& test) {
      std::string name = test.param;
      for (char& c : name) c = c == '.' || c == '-' ? '_' : c;
      return name;
    });

TEST(SglangFlavourTest, AllIdsMayComeInANamedEvent) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const RecordedReply recorded = Recorded("sglang/ngram.chat-stream-ids-framed");
  SimulatedServer server(Options());
  EXPECT_EQ(Masked(Answered(*server.flavour, recorded.request, 4, WithQuirks({"framed-ids"}))),
            Masked(recorded.bytes));
}

TEST(SglangFlavourTest, CachedTokensAreToldWhereTheServerReportsThem) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  FlavourOptions options = Options();
  options.cache_report = true;
  SimulatedServer server(options, /*draft_length=*/0);
  for (const char* name :
       {"sglang/none.chat-stream-usage", "sglang/none.completions-stream-usage"}) {
    const RecordedReply recorded = Recorded(name);
    EXPECT_EQ(Masked(Answered(*server.flavour, recorded.request, 1)), Masked(recorded.bytes));
  }
}

TEST(SglangFlavourTest, TheKeyGuardsAllButHealthAndMetrics) {
  FlavourOptions options = Options();
  options.api_key = "k";
  SimulatedServer server(options);
  for (const char* path : {"/v1/models", "/server_info", "/flush_cache", "/v1/nope"}) {
    EXPECT_THAT(Answered(*server.flavour, RequestTo("GET", path)), HasSubstr("401 Unauthorized"));
  }
  EXPECT_THAT(Answered(*server.flavour, RequestTo("GET", "/health")), HasSubstr("200 OK"));
  EXPECT_THAT(Answered(*server.flavour, RequestTo("GET", "/metrics")), HasSubstr("200 OK"));
}

TEST(SglangFlavourTest, MetricsAreServedOnlyWhereTheyAreEnabled) {
  FlavourOptions options = Options();
  options.metrics = false;
  SimulatedServer server(options);
  EXPECT_THAT(Answered(*server.flavour, RequestTo("GET", "/metrics")), HasSubstr("404 Not Found"));
}

TEST(SglangFlavourTest, ServerInfoHasMembersOfTheRecordedOne) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const RecordedReply recorded = Recorded("sglang/ngram.server-info");
  SimulatedServer server(Options());
  for (const char* path : {"/server_info", "/get_server_info"}) {
    const auto members = [](const std::string& bytes) {
      std::vector<std::string> names;
      const auto parsed = boost::json::parse(bytes.substr(bytes.find("\r\n\r\n") + 4));
      for (const auto& [name, value] : parsed.as_object()) names.emplace_back(name);
      for (const auto& [name, value] :
           parsed.as_object().at("internal_states").as_array().at(0).as_object()) {
        names.push_back("internal " + std::string(name));
      }
      return names;
    };
    const std::string bytes = Answered(*server.flavour, RequestTo("GET", path));
    EXPECT_THAT(members(bytes), IsSubsetOf(members(recorded.bytes)));
    EXPECT_THAT(bytes, HasSubstr(R"("speculative_algorithm":"NGRAM")"));
    EXPECT_THAT(bytes, HasSubstr(R"("speculative_num_draft_tokens":4)"));
    EXPECT_THAT(bytes, HasSubstr(R"("version":"0.5.23")"));
  }
}

TEST(SglangFlavourTest, TheDrafterIsToldByName) {
  FlavourOptions options = Options();
  options.draft_model = "tiny-eagle";
  SimulatedServer server(options);
  const std::string bytes = Answered(*server.flavour, RequestTo("GET", "/server_info"));
  EXPECT_THAT(bytes, HasSubstr(R"("speculative_algorithm":"EAGLE")"));
  EXPECT_THAT(bytes, HasSubstr(R"("speculative_draft_model_path":"tiny-eagle")"));
}

TEST(SglangFlavourTest, TheCacheIsFlushedOnlyWhenIdle) {
  SimulatedServer server(Options());
  server.model.AddSequence({.prompt_tokens = 5, .output_tokens = 9, .acceptance = {0.5, 0.5, 0.5}},
                           MonoTime());
  const std::string bytes = Answered(*server.flavour, RequestTo("POST", "/flush_cache"));
  EXPECT_THAT(bytes, HasSubstr("HTTP/1.1 400 Bad Request"));
  EXPECT_TRUE(bytes.ends_with("\r\n\r\nFlush cache failed.\n"));
}

TEST(SglangFlavourTest, AnErrorInMidStreamIsNestedAndFollowedByDone) {
  SimulatedServer server(Options());
  const std::string events = server.flavour->ErrorEvents({.status = 500, .message = "gone"});
  EXPECT_THAT(events, HasSubstr(R"(data: {"error": {"object": "error", "message": "gone")"));
  EXPECT_TRUE(events.ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"));
}

}  // namespace
}  // namespace specctl::sim
