#include "common/dataset/row_ambiguity.h"

#include <string>

#include <gmock/gmock.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The error's text, or empty.
std::string Keys(const std::string& row) {
  simdjson::dom::parser parser;
  return std::string(CheckKeys(parser.parse(row).get_object().value()).message());
}
std::string Texts(const std::string& row) {
  simdjson::dom::parser parser;
  return std::string(CheckOneText(parser.parse(row).get_object().value()).message());
}

TEST(RowAmbiguityTest, AKeyThatStandsTwiceWithOtherValuesIsRefused) {
  EXPECT_THAT(Keys(R"({"prompt":"a","prompt":"b"})"), HasSubstr("\"prompt\" appears twice"));
  EXPECT_THAT(Keys(R"({"prompt":"a","pr\u006fmpt":"b"})"), HasSubstr("\"prompt\""));
  EXPECT_THAT(Keys(R"({"prompt":"a","category":"x","category":"y"})"), HasSubstr("\"category\""));
  EXPECT_THAT(Keys(R"({"messages":[{"role":"user","content":"a","content":"b"}]})"),
              HasSubstr("\"content\""));
  EXPECT_THAT(Keys(R"({"prompt":"a","extra":{"top_k":1,"top_k":2}})"), HasSubstr("\"top_k\""));
}

TEST(RowAmbiguityTest, TwiceTheSameIsPlainAndSoAreKeysThatAreNotRead) {
  EXPECT_THAT(Keys(R"({"prompt":"a","prompt":"a"})"), IsEmpty());
  EXPECT_THAT(Keys(R"({"prompt":"a","mine":1,"mine":2})"), IsEmpty());
}

TEST(RowAmbiguityTest, TwoTextsThatDifferAreRefused) {
  EXPECT_THAT(Texts(R"({"prompt":"p","messages":[{"role":"user","content":"m"}]})"),
              HasSubstr("both \"prompt\" and \"messages\", and they differ"));
  EXPECT_THAT(Texts(R"({"prompt":"p","text":"t"})"), HasSubstr("both \"prompt\" and \"text\""));
  EXPECT_THAT(Texts(R"({"turns":["t"],"prompt":"p"})"), HasSubstr("--dataset-format"));
}

TEST(RowAmbiguityTest, TextsThatBeginAlikeArePlainAndSoAreEmptyOnes) {
  EXPECT_THAT(Texts(R"({"prompt":"m","messages":[{"role":"system","content":"s"},
                        {"role":"user","content":"m"},{"role":"assistant","content":"r"}]})"),
              IsEmpty());
  EXPECT_THAT(Texts(R"({"prompt":"p","messages":null,"turns":[],"text":""})"), IsEmpty());
  EXPECT_THAT(Texts(R"({"prompt":"p","conversations":[{"from":"human","value":"p"}]})"), IsEmpty());
}

}  // namespace
}  // namespace specctl
