#include "common/dataset/token_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using testing::HasSubstr;

absl::StatusOr<TokenHeader> Parse(std::string_view json) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(json);
  const simdjson::dom::object row = parser.parse(padded).get_object().value();
  EXPECT_TRUE(IsTokenHeader(row));
  return ParseTokenHeader(row);
}

TEST(TokenHeaderTest, NamesTokenizerAndTemplate) {
  const auto header = Parse(
      R"({"specctl_tokens": {"format": 1, "tokenizer": "qwen", "tokenizer_sha256": "aa",
          "chat_template_sha256": "bb", "vocab_tokens": 7, "source": "x",
          "eos_token_ids": [5, 6]}})");
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->tokenizer, "qwen");
  EXPECT_EQ(header->tokenizer_sha256, "aa");
  EXPECT_EQ(header->chat_template_sha256, "bb");
  EXPECT_EQ(header->vocab_tokens, 7u);
  EXPECT_THAT(header->eos_token_ids, testing::ElementsAre(5, 6));
}

TEST(TokenHeaderTest, SaysWhatIsMissing) {
  const auto error = [](std::string_view json) {
    return std::string(Parse(json).status().message());
  };
  EXPECT_THAT(error(R"({"specctl_tokens": 1})"), HasSubstr("need an object"));
  EXPECT_THAT(error(R"({"specctl_tokens": {"format": 2}})"), HasSubstr("specctl dataset tokenize"));
  EXPECT_THAT(error(R"({"specctl_tokens": {"format": 1, "tokenizer": "t"}})"),
              HasSubstr("specctl_tokens.tokenizer_sha256: need a string"));
  EXPECT_THAT(error(R"({"specctl_tokens": {"format": 1, "tokenizer": "t",
                        "tokenizer_sha256": "", "chat_template_sha256": ""}})"),
              HasSubstr("vocab_tokens: need a number"));
}

TEST(TokenHeaderTest, ARowIsNone) {
  simdjson::dom::parser parser;
  const simdjson::padded_string row(std::string_view(R"({"prompt": "specctl_tokens"})"));
  EXPECT_FALSE(IsTokenHeader(parser.parse(row).get_object().value()));
}

}  // namespace
}  // namespace specctl
