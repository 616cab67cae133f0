#include "tools/sim/vllm_events.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "golden_file.h"

namespace specctl::sim {
namespace {

std::vector<uint32_t> Ids(const std::string& list) {
  std::vector<uint32_t> ids;
  const std::regex number("[0-9]+");
  for (std::sregex_iterator it(list.begin(), list.end(), number), end; it != end; ++it) {
    ids.push_back(static_cast<uint32_t>(std::stoul(it->str())));
  }
  return ids;
}

std::string Captured(const std::string& text, const char* pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : "";
}

// Tokens of each text-bearing event of the recordings used here, by their README.
const std::vector<uint64_t> kTokens = {1, 1, 1, 1, 1, 3, 3, 4, 4, 4, 1};

struct Case {
  std::string name;
  InferenceRequest request;
  Finish finish = Finish::kLength;
  std::vector<uint64_t> tokens = kTokens;
};

// Writes the recorded reply again from what it says: text, tokens, ids.
std::string Rewritten(const Case& test, const std::string& recording) {
  const bool chat = test.request.route == Route::kChat;
  ReplyIdentity identity;
  identity.response_id = Captured(recording, R"re("id":"([^"]*)")re");
  identity.model = Captured(recording, R"re("model":"([^"]*)")re");
  identity.created_unix_s = std::stoll(Captured(recording, R"re("created":([0-9]*))re"));
  const VllmEvents writer(test.request, identity);
  const std::vector<uint32_t> prompt_ids =
      Ids(Captured(recording, R"re("prompt_token_ids":(\[[^\]]*\]))re"));
  std::string out;
  if (chat) writer.Role(prompt_ids, false, out);
  const std::string text_field = chat ? R"re("delta":\{"content":)re" : R"re("text":)re";
  const std::regex content(text_field + R"re("([^"]*)".*?"token_ids":(\[[^\]]*\]|null))re");
  uint64_t so_far = 0;
  size_t event = 0;
  for (std::sregex_iterator it(recording.begin(), recording.end(), content), end; it != end; ++it) {
    const std::string text = (*it)[1].str();
    const std::vector<uint32_t> ids = Ids((*it)[2].str());
    so_far += test.tokens.at(event);
    const bool last = ++event == test.tokens.size();
    writer.Content({.text = text,
                    .token_ids = ids,
                    .completion_tokens = so_far,
                    .finish = last ? test.finish : Finish::kNo},
                   !chat && event == 1 ? prompt_ids : std::vector<uint32_t>(), out);
  }
  if (test.request.include_usage) writer.Usage({.completion_tokens = so_far}, out);
  VllmEvents::End(out);
  return out;
}

InferenceRequest Chat() {
  InferenceRequest request;
  request.stream = true;
  request.prompt_tokens = 16;
  return request;
}

InferenceRequest ContinuousChat() {
  InferenceRequest request = Chat();
  request.include_usage = true;
  request.continuous_usage = true;
  return request;
}

InferenceRequest ChatWithIds() {
  InferenceRequest request = ContinuousChat();
  request.return_token_ids = true;
  return request;
}

TEST(VllmEventsTest, RecordedRepliesAreWrittenByteForByte) {
  InferenceRequest usage_at_end = Chat();
  usage_at_end.include_usage = true;
  InferenceRequest completion = ChatWithIds();
  completion.route = Route::kCompletions;
  completion.prompt_tokens = 5;
  InferenceRequest plain_completion = Chat();
  plain_completion.route = Route::kCompletions;
  const std::vector<uint64_t> completion_tokens = {1, 1, 1, 1, 3, 3, 4, 4, 4, 2};
  const std::vector<Case> cases = {
      {"chat_continuous_usage", ContinuousChat()},
      {"chat_no_stream_options", Chat()},
      {"chat_include_usage", usage_at_end},
      {"chat_token_ids", ChatWithIds()},
      {"length_one_token", ChatWithIds(), Finish::kLength, {1}},
      {"stop_eos", ChatWithIds(), Finish::kStop, {1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1}},
      {"completion_text", completion, Finish::kLength, completion_tokens},
      {"completion_no_options", plain_completion, Finish::kLength, completion_tokens},
  };
  for (const Case& test : cases) {
    const std::string recorded = BodyOf(VllmRecording(test.name + ".http"));
    EXPECT_EQ(Rewritten(test, recorded), recorded) << test.name;
  }
}

TEST(VllmEventsTest, RequestMetricsRideOnTheLastEvent) {
  const InferenceRequest request = ContinuousChat();
  const VllmEvents writer(request, {.response_id = "chatcmpl-1", .model = "m"});
  std::string out;
  writer.Usage({.completion_tokens = 3, .metrics_json = R"({"x":1})"}, out);
  EXPECT_NE(out.find(R"("system_fingerprint":"vllm-0.32.0-b5a7eaa5","metrics":{"x":1}})"),
            std::string::npos);
}

TEST(VllmEventsTest, NamesAreEscaped) {
  const InferenceRequest request = Chat();
  const VllmEvents writer(request, {.response_id = "a\"b", .model = "c\\d"});
  std::string out;
  writer.Role({}, false, out);
  EXPECT_NE(out.find(R"("id":"a\"b")"), std::string::npos);
  EXPECT_NE(out.find(R"("model":"c\\d")"), std::string::npos);
}

}  // namespace
}  // namespace specctl::sim
