#include "tools/sim/sglang_generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

HttpRequest Generate(const std::string& more) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/generate";
  request.body =
      R"({"text":"hi","sampling_params":{"max_new_tokens":6,"ignore_eos":true})" + more + "}";
  return request;
}

TEST(SglangGenerateTest, AnIncrementalStreamHasTheRecordedForm) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const RecordedReply recorded = Recorded("sglang/interval4.native-stream-incremental");
  SimulatedServer server({.engine = EngineKind::kSglang, .sglang_incremental = true});
  EXPECT_EQ(Masked(Answered(*server.flavour, recorded.request)), Masked(recorded.bytes));
}

TEST(SglangGenerateTest, TextAndIdsAreThoseSoFar) {
  SimulatedServer server({.engine = EngineKind::kSglang});
  const std::string bytes = Answered(*server.flavour, Generate(R"(,"stream":true)"));
  size_t ids = 0;
  for (size_t at = bytes.find("output_ids"); at != std::string::npos;
       at = bytes.find("output_ids", at + 1)) {
    const std::string list = bytes.substr(at, bytes.find(']', at) - at);
    const size_t count = 1 + static_cast<size_t>(std::ranges::count(list, ','));
    EXPECT_GT(count, ids);
    ids = count;
  }
  EXPECT_EQ(ids, 6u);
  EXPECT_THAT(bytes, HasSubstr(R"("finish_reason":{"type":"length","length":6})"));
  EXPECT_THAT(bytes, HasSubstr(R"("spec_num_correct_drafts":6,"spec_num_proposed_drafts":6,)"
                               R"("spec_verify_ct":2,"spec_correct_drafts_histogram":[0,0,0,2])"));
}

TEST(SglangGenerateTest, StatisticsHaveTheNamesOfTheGeneration) {
  SimulatedServer server({.engine = EngineKind::kSglang, .sglang_names = SglangNames::kUntil0510});
  const std::string bytes = Answered(*server.flavour, Generate(""));
  EXPECT_THAT(bytes, HasSubstr(R"("spec_accept_token_num":6,"spec_draft_token_num":6)"));
  EXPECT_THAT(bytes, Not(HasSubstr("spec_num_correct_drafts")));
}

TEST(SglangGenerateTest, ErrorsAreToldWhereTheReplyIs) {
  SimulatedServer server({.engine = EngineKind::kSglang, .context_tokens_max = 5});
  const std::string streamed = Answered(*server.flavour, Generate(R"(,"stream":true)"));
  EXPECT_THAT(streamed, HasSubstr("HTTP/1.1 200 OK"));
  EXPECT_THAT(streamed, HasSubstr(R"(data: {"error":{"message":")"));
  EXPECT_TRUE(streamed.ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"));
  EXPECT_THAT(Answered(*server.flavour, Generate("")), HasSubstr("HTTP/1.1 400 Bad Request"));
}

}  // namespace
}  // namespace specctl::sim
