#include "common/dataset/row_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using testing::HasSubstr;

// Keeps the parser alive as long as the row.
class Row {
 public:
  explicit Row(std::string_view json) : value_(parser_.parse(json.data(), json.size())) {}
  operator simdjson::dom::object() const { return value_.get_object(); }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element value_;
};

TEST(RowFieldsTest, QuestionIdIsTextOrNumberUnderFourNames) {
  EXPECT_EQ(QuestionIdOf(Row(R"({"question_id": "q", "id": "x"})")), "q");
  EXPECT_EQ(QuestionIdOf(Row(R"({"question_id": 81})")), "81");
  EXPECT_EQ(QuestionIdOf(Row(R"({"prompt_id": 18446744073709551615})")), "18446744073709551615");
  EXPECT_EQ(QuestionIdOf(Row(R"({"question_id": "", "id": "x"})")), "x");
  EXPECT_EQ(QuestionIdOf(Row(R"({"question_id": null, "session_id": "s"})")), "s");
  EXPECT_EQ(QuestionIdOf(Row(R"({"question_id": ["no"]})")), "");
}

TEST(RowFieldsTest, OptionalTextIsEmptyWhereAbsentOrNull) {
  EXPECT_EQ(OptionalText(Row(R"({"category": "coding"})"), "category").value(), "coding");
  EXPECT_EQ(OptionalText(Row(R"({})"), "category").value(), "");
  EXPECT_EQ(OptionalText(Row(R"({"category": null})"), "category").value(), "");
  const auto wrong = OptionalText(Row(R"({"category": ["a"]})"), "category");
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(wrong.status().message(), "category: need a string, got a list");
}

TEST(RowFieldsTest, MaxTokensIsAPositiveIntegerUnderThreeNames) {
  EXPECT_EQ(MaxTokensOf(Row(R"({"max_tokens": 16})")).value(), 16u);
  EXPECT_EQ(MaxTokensOf(Row(R"({"max_tokens": 16.0})")).value(), 16u);
  EXPECT_EQ(MaxTokensOf(Row(R"({"max_completion_tokens": 2147483647})")).value(), 2147483647u);
  EXPECT_EQ(MaxTokensOf(Row(R"({"output_length": 5, "max_tokens": null})")).value(), 5u);
  EXPECT_EQ(MaxTokensOf(Row(R"({})")).value(), std::nullopt);
  for (const char* json :
       {R"({"max_tokens": 0})", R"({"max_tokens": -1})", R"({"max_tokens": 1.5})",
        R"({"max_tokens": "16"})", R"({"max_tokens": 2147483648})"}) {
    const auto wrong = MaxTokensOf(Row(json));
    EXPECT_EQ(wrong.status().code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_THAT(std::string(wrong.status().message()),
                HasSubstr("max_tokens: need an integer of at least 1, got "));
  }
}

TEST(RowFieldsTest, KnownRequestFieldsGoAlongAndOthersDoNot) {
  EXPECT_EQ(ExtraJsonOf(Row(R"({"temperature": 0.70, "stop": ["\n", "é"], "top_p": null,
                                "customer": "c", "model": "m", "stream": true, "user": "u",
                                "tools": [{"type": "function"}]})"))
                .value(),
            R"({"temperature":0.7,"stop":["\n","é"],"tools":[{"type":"function"}]})");
  EXPECT_EQ(ExtraJsonOf(Row(R"({"prompt": "x", "max_tokens": 4})")).value(), "");
}

TEST(RowFieldsTest, ExtraGoesBeforeFieldsOfTheRow) {
  EXPECT_EQ(ExtraJsonOf(Row(R"({"extra": {"seed": 2, "grammar": "g", "user": null}, "seed": 1})"))
                .value(),
            R"({"seed":2,"grammar":"g"})");
  EXPECT_EQ(ExtraJsonOf(Row(R"({"extra_body": {"top_k": 3}, "extra": null})")).value(),
            R"({"top_k":3})");
}

TEST(RowFieldsTest, ExtraMustBeAnObjectWithoutWhatIsOurs) {
  const auto wrong = ExtraJsonOf(Row(R"({"extra": "temperature:1"})"));
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(wrong.status().message(), "extra: need an object, got a string");
  for (const char* json : {R"({"extra": {"stream": false}})", R"({"extra": {"messages": []}})",
                           R"({"extra": {"max_tokens": 4}})", R"({"extra": {"n": 2}})",
                           R"({"extra": {"model": "m"}})"}) {
    const auto ours = ExtraJsonOf(Row(json));
    EXPECT_EQ(ours.status().code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_THAT(std::string(ours.status().message()), HasSubstr("is set by specctl itself"));
  }
}

TEST(RowFieldsTest, FieldsThatAreReadAreKnown) {
  EXPECT_TRUE(IsRowField("question_id"));
  EXPECT_TRUE(IsRowField("temperature"));
  EXPECT_TRUE(IsRowField("extra"));
  EXPECT_TRUE(IsRowField("model"));
  EXPECT_FALSE(IsRowField("customer"));
}

}  // namespace
}  // namespace specctl
