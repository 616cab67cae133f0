#include "common/dataset/row_turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using testing::HasSubstr;

absl::StatusOr<Turns> Decode(RowForm form, std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element value = parser.parse(json.data(), json.size());
  return TurnsOf(value.get_object(), form);
}

// "role:content" of each message, messages by '+', turns by ' / '.
std::string Shown(const absl::StatusOr<Turns>& turns) {
  if (!turns.ok()) return std::string(turns.status().message());
  std::string text;
  for (const std::vector<Message>& turn : *turns) {
    if (!text.empty()) text += " / ";
    for (const Message& message : turn) {
      if (&message != &turn.front()) text += "+";
      text += message.role + ":" + message.content + message.raw_json;
    }
  }
  return text;
}

void ExpectRefused(RowForm form, std::string_view json, std::string_view text) {
  const absl::StatusOr<Turns> turns = Decode(form, json);
  EXPECT_EQ(turns.status().code(), absl::StatusCode::kInvalidArgument) << json;
  EXPECT_THAT(std::string(turns.status().message()), HasSubstr(std::string(text)));
}

TEST(RowTurnsTest, MessagesOfAPreparedRowAreTurns) {
  EXPECT_EQ(Shown(Decode(RowForm::kSpeedBenchMessages,
                         R"({"messages": [{"role": "user", "content": "a"},
                                          {"role": "user", "content": "b"}]})")),
            "user:a / user:b");
}

TEST(RowTurnsTest, PreparedRowWithAnotherRoleIsRefused) {
  ExpectRefused(RowForm::kSpeedBenchMessages,
                R"({"messages": [{"role": "user", "content": "a"},
                                 {"role": "assistant", "content": "b"}]})",
                "messages[1]: a prepared SPEED-Bench row holds only user turns, got role "
                "assistant; for logged requests, give --dataset-format openai_messages");
}

TEST(RowTurnsTest, TurnsAreAStringAListOrObjects) {
  EXPECT_EQ(Shown(Decode(RowForm::kTurns, R"({"turns": "a"})")), "user:a");
  EXPECT_EQ(Shown(Decode(RowForm::kTurns, R"({"turns": ["a", "b"]})")), "user:a / user:b");
  EXPECT_EQ(Shown(Decode(RowForm::kTurns, R"({"turns": [{"text": "a"}, {"content": "b"}]})")),
            "user:a / user:b");
}

TEST(RowTurnsTest, PromptsAreTurns) {
  EXPECT_EQ(Shown(Decode(RowForm::kPrompt, R"({"prompt": "a", "text": "x"})")), "user:a");
  EXPECT_EQ(Shown(Decode(RowForm::kPrompt, R"({"prompt": ["a", "b"]})")), "user:a / user:b");
  EXPECT_EQ(Shown(Decode(RowForm::kPrompt, R"({"text": "a"})")), "user:a");
}

TEST(RowTurnsTest, ARowWithoutTurnsIsRefused) {
  ExpectRefused(RowForm::kTurns, R"({"turns": []})", "turns: need at least one turn, got an empty");
  ExpectRefused(RowForm::kTurns, R"({"turns": ["a", " \n"]})", "turns[1]: need text, got an empty");
  ExpectRefused(RowForm::kTurns, R"({"turns": null})", "turns: need a string, got null");
  ExpectRefused(RowForm::kTurns, R"({"turns": [[1]]})", "turns[0]: need a string, got a list");
  ExpectRefused(RowForm::kTurns, R"({"turns": [{"role": "user"}]})", "an object with \"text\"");
  ExpectRefused(RowForm::kTurns, R"({"prompt": "a"})", "no turns: the row has no key \"turns\"");
  ExpectRefused(RowForm::kPrompt, R"({"turn": "a"})", "no key \"prompt\" or \"text\"");
  ExpectRefused(RowForm::kPrompt, R"({"prompt": [1, 2]})",
                "prompt[0]: need a string, got a number");
  ExpectRefused(RowForm::kSpeedBenchMessages, R"({"messages": []})", "need at least one turn");
  ExpectRefused(RowForm::kSpeedBenchMessages, R"({"messages": [{"role": "user"}]})",
                "messages[0].content: need a string");
  ExpectRefused(RowForm::kOpenAiMessages, R"({"messages": []})", "need at least one that asks");
  ExpectRefused(RowForm::kOpenAiMessages, R"({"messages": "a"})",
                "messages: need a list, got a str");
  ExpectRefused(RowForm::kOpenAiMessages, R"({"messages": ["a"]})", "messages[0]: need an object");
  ExpectRefused(RowForm::kShareGpt, R"({"conversations": {}})", "conversations: need a list");
  ExpectRefused(RowForm::kShareGpt, R"({"conversations": [{"from": "human"}]})",
                "conversations[0]: need \"from\" and \"value\"");
}

TEST(RowTurnsTest, LoggedMessagesAreOneRequest) {
  EXPECT_EQ(Shown(Decode(RowForm::kOpenAiMessages,
                         R"({"messages": [{"role": "system", "content": "s"},
                                          {"role": "user", "content": "a"},
                                          {"role": "assistant", "content": "b"},
                                          {"role": "user", "content": "c"}]})")),
            "system:s+user:a+assistant:b+user:c");
}

TEST(RowTurnsTest, MessagesBeyondTextAreKeptAsJson) {
  EXPECT_EQ(
      Shown(Decode(RowForm::kOpenAiMessages,
                   R"({"messages": [{"role": "user", "content": [{"type": "text", "text": "é"}]},
                                    {"role": "assistant", "content": null, "tool_calls": [1.50]},
                                    {"role": "tool", "tool_call_id": "c", "content": "12"}]})")),
      R"(user:{"role":"user","content":[{"type":"text","text":"é"}]}+)"
      R"(assistant:{"role":"assistant","content":null,"tool_calls":[1.5]}+)"
      R"(tool:{"role":"tool","tool_call_id":"c","content":"12"})");
}

TEST(RowTurnsTest, LoggedAnswerAtTheEndIsLeftOut) {
  EXPECT_EQ(Shown(Decode(RowForm::kOpenAiMessages,
                         R"({"messages": [{"role": "user", "content": "a"},
                                          {"role": "assistant", "content": "b"}]})")),
            "user:a");
  EXPECT_EQ(Shown(Decode(RowForm::kOpenAiMessages,
                         R"({"messages": [{"role": "user", "content": "a"},
                                          {"role": "assistant", "content": "b"}],
                             "continue_final_message": true})")),
            "user:a+assistant:b");
}

TEST(RowTurnsTest, UnknownRolesAndEmptyUserMessagesAreRefused) {
  ExpectRefused(RowForm::kOpenAiMessages, R"({"messages": [{"role": "bot", "content": "a"}]})",
                "messages[0]: need a role of the OpenAI API, got bot");
  ExpectRefused(RowForm::kOpenAiMessages, R"({"messages": [{"content": "a"}]})",
                "messages[0]: need an object with \"role\"");
  ExpectRefused(RowForm::kOpenAiMessages, R"({"messages": [{"role": "user", "content": ""}]})",
                "messages[0].content: need text");
  ExpectRefused(RowForm::kOpenAiMessages, R"({"messages": [{"role": "user", "content": []}]})",
                "messages[0].content: need a string or a list of parts");
}

TEST(RowTurnsTest, HumanTurnsOfShareGptFollowEachOther) {
  EXPECT_EQ(Shown(Decode(RowForm::kShareGpt,
                         R"({"conversations": [{"from": "gpt", "value": "x"},
                                               {"from": "system", "value": "s"},
                                               {"from": "human", "value": "a"},
                                               {"from": "gpt", "value": "y"},
                                               {"from": "user", "value": ""},
                                               {"from": "user", "value": "b"}]})")),
            "system:s+user:a / user:b");
}

TEST(RowTurnsTest, ShareGptWithoutAHumanOrWithToolsIsLeftOut) {
  EXPECT_EQ(Decode(RowForm::kShareGpt, R"({"conversations": []})").value().size(), 0u);
  EXPECT_EQ(Decode(RowForm::kShareGpt, R"({"conversations": [{"from": "human", "value": "a"},
                                           {"from": "function_call", "value": "f"}]})")
                .value()
                .size(),
            0u);
}

}  // namespace
}  // namespace specctl
