#include "common/dataset/row_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

RowDecoderOptions WithForm(std::optional<RowForm> form) {
  return {.form = form, .named_speed_bench = false, .preparation = "run this"};
}

absl::Status ErrorOf(std::string_view row) {
  RowDecoder decoder(WithForm(std::nullopt));
  return decoder.Decode(row).status();
}

RowForm DetectedForm(std::string_view row, bool named_speed_bench = false) {
  RowDecoder decoder(
      {.form = std::nullopt, .named_speed_bench = named_speed_bench, .preparation = ""});
  const auto decoded = decoder.Decode(row);
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return decoder.form().value();
}

constexpr std::string_view kTwoUserMessages =
    R"({"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]})";

TEST(RowDecoderTest, FormIsDetectedByTheKeys) {
  EXPECT_EQ(DetectedForm(R"({"turns": ["a"]})"), RowForm::kTurns);
  EXPECT_EQ(DetectedForm(R"({"prompt": "a"})"), RowForm::kPrompt);
  EXPECT_EQ(DetectedForm(R"({"text": "a"})"), RowForm::kPrompt);
  EXPECT_EQ(DetectedForm(R"({"conversations": []})"), RowForm::kShareGpt);
}

TEST(RowDecoderTest, MessagesAreTurnsWhereTheRowIsSpeedBench) {
  const std::string_view prepared =
      R"({"question_id": "q", "category": "coding", "messages": [{"role": "user", "content": "a"}]})";
  EXPECT_EQ(DetectedForm(prepared), RowForm::kSpeedBenchMessages);
  EXPECT_EQ(DetectedForm(kTwoUserMessages), RowForm::kOpenAiMessages);
  EXPECT_EQ(DetectedForm(kTwoUserMessages, true), RowForm::kSpeedBenchMessages);
  const std::string_view logged =
      R"({"question_id": "q", "category": "coding",
          "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "a"}]})";
  EXPECT_EQ(DetectedForm(logged), RowForm::kOpenAiMessages);
}

TEST(RowDecoderTest, GivenFormGoesBeforeTheDetectedOne) {
  RowDecoder decoder(WithForm(RowForm::kSpeedBenchMessages));
  const auto row = decoder.Decode(kTwoUserMessages);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ((*row)->turns.size(), 2u);
}

TEST(RowDecoderTest, FirstRowSetsTheFormOfAll) {
  RowDecoder decoder(WithForm(std::nullopt));
  ASSERT_TRUE(decoder.Decode(R"({"turns": ["a"]})").ok());
  const auto other = decoder.Decode(R"({"prompt": "a"})");
  EXPECT_EQ(other.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(other.status().message(),
            "no turns: the row has no key \"turns\" (rows of this file are read as turns; "
            "--dataset-format overrides this)");
}

TEST(RowDecoderTest, AllColumnsOfARowAreKept) {
  RowDecoder decoder(WithForm(std::nullopt));
  const auto row = decoder.Decode(
      R"({"question_id": 7, "category": "mixed", "sub_category": "x", "turns": ["a", "b"],
          "max_tokens": 9, "seed": 3, "difficulty": "hard"})");
  ASSERT_TRUE(row.ok()) << row.status();
  const Conversation& conversation = **row;
  EXPECT_EQ(conversation.question_id, "7");
  EXPECT_EQ(conversation.category, "mixed");
  EXPECT_EQ(conversation.tier, "mixed");
  EXPECT_EQ(conversation.sub_category, "x");
  EXPECT_EQ(conversation.difficulty, "hard");
  EXPECT_EQ(conversation.turns.size(), 2u);
  EXPECT_EQ(conversation.turns[1][0].role, "user");
  EXPECT_EQ(conversation.turns[1][0].content, "b");
  EXPECT_EQ(conversation.max_tokens, 9u);
  EXPECT_EQ(conversation.extra_json, R"({"seed":3})");
}

TEST(RowDecoderTest, OnlyTiersAreTiers) {
  RowDecoder decoder(WithForm(std::nullopt));
  EXPECT_EQ((*decoder.Decode(R"({"turns": "a", "category": "coding"})"))->tier, "");
}

TEST(RowDecoderTest, RowWithoutAnIdIsNamedByItsTurns) {
  RowDecoder decoder(WithForm(std::nullopt));
  const auto id = [&](std::string_view row) { return (*decoder.Decode(row))->question_id; };
  const std::string first = id(R"({"turns": ["a", "b"]})");
  EXPECT_EQ(first.size(), 32u);
  EXPECT_EQ(id(R"({"turns": ["a", "b"], "category": "x"})"), first);
  EXPECT_NE(id(R"({"turns": ["a b"]})"), first);
  EXPECT_NE(id(R"({"turns": ["ab"]})"), first);
}

TEST(RowDecoderTest, PlaceholderIsRefusedInAnyTurn) {
  RowDecoder decoder(WithForm(std::nullopt));
  const auto row = decoder.Decode(
      R"({"turns": ["a", "FULL BENCHMARK DATA SHOULD BE FETCHED FROM THE SOURCE USING SPECDEC_BENCH\n\n{x}"]})");
  EXPECT_EQ(row.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(row.status().message(),
            "turn 2 still holds SPEED-Bench's placeholder instead of its text; run this");
}

TEST(RowDecoderTest, BadRowsAreRefusedWithAReason) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"prompt": "a")", "the row is not JSON: "},
      {R"({"prompt": "a"} x)", "the row is not JSON: "},
      {"prompt", "the row is not JSON: "},
      {"{\"prompt\": \"a\xE9\"}", "the row is not UTF-8"},
      {"[1]", "the row is not a JSON object but a list"},
      {"\"a\"", "the row is not a JSON object but a string"},
      {"{}",
       "no turns: need one of the keys messages, turns, prompt, text, conversations, "
       "token_pieces; got none"},
      {R"({"question": "a", "answer": "b"})", "got question, answer"},
      {R"({"prompt": "a", "category": 1})", "category: need a string, got a number"},
      {R"({"prompt": "a", "max_tokens": 0})", "max_tokens: need an integer"},
      {R"({"prompt": "a", "extra": 1})", "extra: need an object"},
  };
  for (const auto& [row, text] : cases) {
    const absl::Status error = ErrorOf(row);
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << row;
    EXPECT_THAT(std::string(error.message()), HasSubstr(std::string(text)));
  }
}

TEST(RowDecoderTest, DeepNestingIsRefused) {
  const std::string row = R"({"prompt": )" + std::string(100000, '[');
  EXPECT_THAT(std::string(ErrorOf(row).message()), HasSubstr("the row is not JSON"));
}

TEST(RowDecoderTest, ARowMayNameItsModel) {
  RowDecoder decoder(WithForm(std::nullopt));
  const auto row = decoder.Decode(R"({"prompt": "a", "model": "lora"})");
  ASSERT_TRUE(row.ok() && *row) << row.status();
  EXPECT_EQ((*row)->model, "lora");
  EXPECT_EQ((*row)->extra_json, "");
  EXPECT_THAT(std::string(decoder.Decode(R"({"prompt": "a", "model": 7})").status().message()),
              HasSubstr("model: need a string, got a number"));
}

TEST(RowDecoderTest, NotesTellWhatIsNotSent) {
  RowDecoder decoder(WithForm(std::nullopt));
  ASSERT_TRUE(decoder.Decode(R"({"prompt": "a", "colour": "m", "customer": "c", "seed": 1})").ok());
  EXPECT_THAT(decoder.Notes(),
              ElementsAre("row keys that are not sent: colour, customer; put request fields that "
                          "specctl doesn't know into an object \"extra\""));
  RowDecoder prepared(WithForm(std::nullopt));
  ASSERT_TRUE(prepared.Decode(R"({"turns": ["a"], "reference": "r", "source": "s"})").ok());
  EXPECT_THAT(prepared.Notes(), IsEmpty());
}

TEST(RowDecoderTest, NotesTellOfAnswersJoinedTurnsAndRowsLeftOut) {
  RowDecoder logged(WithForm(std::nullopt));
  ASSERT_TRUE(logged.Decode(kTwoUserMessages).ok());
  ASSERT_TRUE(logged
                  .Decode(R"({"messages": [{"role": "user", "content": "a"},
                                           {"role": "assistant", "content": "b"}]})")
                  .ok());
  EXPECT_THAT(logged.Notes(),
              ElementsAre(HasSubstr("1 rows end with an assistant message"),
                          HasSubstr("1 rows hold several user messages and no other")));
  RowDecoder sharegpt(WithForm(std::nullopt));
  const auto row = sharegpt.Decode(R"({"conversations": []})");
  ASSERT_TRUE(row.ok());
  EXPECT_FALSE(row->has_value());
  EXPECT_THAT(sharegpt.Notes(), ElementsAre(HasSubstr("1 rows are skipped: no human turn")));
}

constexpr std::string_view kHeader =
    R"({"specctl_tokens": {"format": 1, "tokenizer": "t", "tokenizer_sha256": "aa",
        "chat_template_sha256": "bb", "vocab_tokens": 10}})";

TEST(RowDecoderTest, PiecesOfIdsAreTurnsAfterTheirHeader) {
  RowDecoder decoder(WithForm(std::nullopt));
  const auto header = decoder.Decode(kHeader);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_FALSE(*header) << "no row";
  ASSERT_TRUE(decoder.token_header());
  EXPECT_EQ(decoder.token_header()->tokenizer_sha256, "aa");
  const auto row = decoder.Decode(R"({"category": "qa", "token_pieces": [[1, 9], [2]]})");
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(decoder.form(), RowForm::kTokenPieces);
  ASSERT_EQ((*row)->turns.size(), 2u);
  EXPECT_THAT((*row)->turns[0][0].token_ids, ElementsAre(1, 9));
  EXPECT_THAT((*row)->turns[1][0].token_ids, ElementsAre(2));
  const auto other = decoder.Decode(R"({"token_pieces": [[1, 9], [3]]})");
  EXPECT_NE((*row)->question_id, (*other)->question_id) << "a hash of the ids";
  EXPECT_THAT(decoder.Notes(), IsEmpty());
}

TEST(RowDecoderTest, AnIdThatTheTokenizerLacksIsRefused) {
  RowDecoder decoder(WithForm(std::nullopt));
  ASSERT_TRUE(decoder.Decode(kHeader).ok());
  EXPECT_THAT(std::string(decoder.Decode(R"({"token_pieces": [[1, 10]]})").status().message()),
              HasSubstr("token id 10 is outside the vocabulary of t, which has 10 tokens"));
  EXPECT_FALSE(decoder.Decode(kHeader).ok()) << "only as the first row";
}

TEST(RowDecoderTest, PiecesMustBeIds) {
  for (const char* row : {R"({"token_pieces": []})", R"({"token_pieces": [[]]})",
                          R"({"token_pieces": [1]})", R"({"token_pieces": [[-1]]})",
                          R"({"token_pieces": [["1"]]})", R"({"token_pieces": [[4294967296]]})"}) {
    EXPECT_THAT(std::string(ErrorOf(row).message()), HasSubstr("token_pieces")) << row;
  }
}

}  // namespace
}  // namespace specctl
