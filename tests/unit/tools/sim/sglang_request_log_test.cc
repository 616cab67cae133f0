#include "tools/sim/sglang_request_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;

std::string LineOfARequest() {
  ReplyState state;
  state.ids.resize(9);
  state.decode_steps = 3;
  state.drafted_steps = {.drafted = {3, 3, 3}, .accepted = {3, 0, 3}};
  state.step.finish = Finish::kLength;
  InferenceRequest request;
  request.prompt_tokens = 4;
  return SglangRequestLine({.state = state,
                            .request = request,
                            .identity = {.response_id = "a,b:c", .model = "m"},
                            .names = SglangNames::kSince0512,
                            .draft_length = 3});
}

TEST(SglangRequestLogTest, FilesAreHourlyInUtc) {
  EXPECT_EQ(SglangRequestLogName(UnixTime(std::chrono::seconds(1795346035))),
            "sglang-request-metrics-20261122_11.log");
}

TEST(SglangRequestLogTest, ALineIsWrittenAsPythonWritesIt) {
  const std::string line = LineOfARequest();
  EXPECT_THAT(line,
              HasSubstr(R"("id": "a,b:c", "finish_reason": {"type": "length", "length": 9},)"));
  EXPECT_THAT(line,
              HasSubstr(R"("spec_verify_ct": 3, "spec_correct_drafts_histogram": [1, 0, 0, 2])"));
}

TEST(SglangRequestLogTest, ItsMembersAreThoseRecorded) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const auto members = [](const std::string& text) {
    std::vector<std::string> names;
    const auto parsed = boost::json::parse(text.substr(0, text.find('\n')));
    for (const auto& [name, value] : parsed.as_object()) names.emplace_back(name);
    return names;
  };
  EXPECT_EQ(members(LineOfARequest()), members(RecordedText("sglang/sim.request-metrics.log")));
}

}  // namespace
}  // namespace specctl::sim
