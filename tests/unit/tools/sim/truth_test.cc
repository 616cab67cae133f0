#include "tools/sim/truth.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

TEST(TruthTest, TellsOfEndedRequestsInAllAndByCategory) {
  EngineCounters counters(2);
  EndedRequests ended(2);
  ended.requests = 1;
  ended.prompt_tokens = 7;
  ended.generation_tokens = 4;
  ended.speculation.CountStep(2, 2);
  ended.speculation.CountStep(0, 0);
  counters.ended_streamed.Add(ended);
  counters.ended_with_request_id.Add(ended);
  counters.ended_by_category.try_emplace("math", 2).first->second.Add(ended);
  const std::string body =
      R"("requests":1,"aborted":0,"prompt_tokens":7,"cached_tokens":0,"generation_tokens":4,)"
      R"("tokens_beyond_stop":0,"decode_steps":2,"drafts":1,"draft_tokens":2,"accepted_tokens":2,)"
      R"("drafted_by_position":[1,1],"accepted_by_position":[1,1])";
  EXPECT_EQ(TruthJson(counters), "{" + body +
                                     R"(,"engine_steps":0,"late_steps":0,"with_request_id":{)" +
                                     body + R"(},"categories":{"math":{)" + body + "}}}");
}

}  // namespace
}  // namespace specctl::sim
