#include "common/engine/json_walker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace specctl {
namespace {

using ::testing::HasSubstr;

struct Fields {
  std::string_view text;
  std::optional<uint64_t> count;
  std::optional<double> number;
  std::optional<uint32_t> length;
  int others = 0;
};

struct WalkerFixture {
  absl::Status Walk(std::string_view json) {
    payload = std::string(json) + std::string(SseParser::kPadding, '}');
    fields = Fields();
    return walker.Walk(
        std::string_view(payload).substr(0, json.size()),
        [this](JsonWalker::Key key, JsonWalker::Value& value) { return OnField(key, value); });
  }
  JsonWalker::Error OnField(JsonWalker::Key key, JsonWalker::Value& value) {
    if (key.Is("text\"")) return walker.ReadText(value, "text", fields.text);
    if (key.Is("count\"")) return walker.ReadCount(value, "count", fields.count);
    if (key.Is("number\"")) return walker.ReadNumber(value, "number", fields.number);
    if (key.Is("list\"")) return walker.ReadLength(value, "list", fields.length);
    if (key.Is("inner\"")) {
      std::optional<JsonWalker::Object> inner;
      if (const auto error = walker.ReadObject(value, "inner", inner)) return error;
      if (!inner) return simdjson::SUCCESS;
      return walker.ForEachField(
          *inner, [this](JsonWalker::Key k, JsonWalker::Value& v) { return OnField(k, v); });
    }
    ++fields.others;
    return simdjson::SUCCESS;
  }
  std::string payload;
  JsonWalker walker;
  Fields fields;
};

TEST(JsonWalkerTest, ReadsKnownFieldsAndPassesOverTheRest) {
  WalkerFixture f;
  ASSERT_TRUE(f.Walk(R"({"a":[{"text":1}],"text" : "x" ,"inner":{"count":18446744073709551615 ,)"
                     R"("b":{"c":[]}},"list":[1,[2,3],{}]})")
                  .ok());
  EXPECT_EQ(f.fields.text, "x");
  EXPECT_EQ(f.fields.count, UINT64_MAX);
  EXPECT_EQ(f.fields.length, 3u);
  EXPECT_EQ(f.fields.others, 2);
}

TEST(JsonWalkerTest, NumbersAreReadExactly) {
  WalkerFixture f;
  for (const auto& [text, value] : {std::pair("3", 3.0), std::pair("-0.25 ", -0.25),
                                    std::pair("1.5e3", 1500.0), std::pair("10.209", 10.209)}) {
    ASSERT_TRUE(f.Walk(std::string(R"({"number": )") + text + "}").ok()) << text;
    EXPECT_EQ(f.fields.number, value);
  }
  ASSERT_TRUE(f.Walk(R"({"number":"2.5"})").ok());
  EXPECT_EQ(f.fields.number, 2.5);
  EXPECT_EQ(f.walker.passed_over(), 0u);
  for (const char* text : {"\"\"", "\"3 GB\"", "nan", "true", "[1]", "1e999", "3x"}) {
    EXPECT_TRUE(f.Walk(std::string(R"({"number":)") + text + R"(,"text":"a"})").ok()) << text;
    EXPECT_FALSE(f.fields.number) << text;
    EXPECT_EQ(f.fields.text, "a") << text;
    EXPECT_EQ(f.walker.passed_over(), 1u) << text;
  }
}

TEST(JsonWalkerTest, NullIsAbsent) {
  WalkerFixture f;
  ASSERT_TRUE(f.Walk(R"({"text":null,"count": null ,"list":null,"inner":null})").ok());
  EXPECT_EQ(f.fields.text, "");
  EXPECT_FALSE(f.fields.count || f.fields.length);
}

TEST(JsonWalkerTest, KeysAreComparedWhole) {
  WalkerFixture f;
  ASSERT_TRUE(f.Walk(R"({"tex":1,"texts":1,"text\"":1,"text ":1,"Text":1,"":1})").ok());
  EXPECT_EQ(f.fields.others, 6);
  ASSERT_TRUE(f.Walk("{\"te\\u0078t\":\"x\",\"" + std::string(100, 'k') + "\\n\":1}").ok());
  EXPECT_EQ(f.fields.text, "x");
  EXPECT_EQ(f.fields.others, 1);
}

TEST(JsonWalkerTest, AllEscapedTextsOfAWalkStayValid) {
  WalkerFixture f;
  ASSERT_TRUE(f.Walk(R"({"text":"\n"})").ok());
  std::string json = R"({"text":"\u0041")";
  for (int i = 0; i < 200; ++i) json += R"(,"text":"\u0042")";
  std::vector<std::string_view> seen;
  const std::string padded = json + "}" + std::string(SseParser::kPadding, ' ');
  ASSERT_TRUE(f.walker
                  .Walk(std::string_view(padded).substr(0, json.size() + 1),
                        [&](JsonWalker::Key, JsonWalker::Value& value) {
                          std::string_view text;
                          const auto error = f.walker.ReadText(value, "text", text);
                          seen.push_back(text);
                          return error;
                        })
                  .ok());
  ASSERT_EQ(seen.size(), 201u);
  EXPECT_EQ(seen.front(), "A");
  EXPECT_EQ(seen.back(), "B");
}

TEST(JsonWalkerTest, CountsAreReadHoweverTheyAreWritten) {
  for (const char* json :
       {R"({"count":5.0})", R"({"count":"5"})", R"({"count":5e0 })", R"({"count": "5.0" })"}) {
    WalkerFixture f;
    ASSERT_TRUE(f.Walk(json).ok()) << json;
    EXPECT_EQ(f.fields.count, 5u) << json;
    EXPECT_EQ(f.walker.passed_over(), 0u);
  }
}

TEST(JsonWalkerTest, WrongTypesArePassedOverAndNamed) {
  for (const char* value : {"5.5", "-1", "\"x\"", "\"", "18446744073709551616", "1e300", "1x",
                            "nulll", "[]", "{}", "true"}) {
    WalkerFixture f;
    const std::string quoted = value == std::string("\"") ? "\"\"" : value;
    ASSERT_TRUE(f.Walk(R"({"count":)" + quoted + R"(,"list":"x","inner":[],"text":"a"})").ok())
        << value;
    EXPECT_FALSE(f.fields.count) << value;
    EXPECT_EQ(f.fields.text, "a");
    EXPECT_EQ(f.walker.passed_over(), 3u);
    EXPECT_STREQ(f.walker.passed_over_first(), "count");
  }
  WalkerFixture f;
  EXPECT_FALSE(f.Walk(R"({"count":})").ok());
  ASSERT_TRUE(f.Walk(R"({"count":1})").ok());
  EXPECT_EQ(f.walker.passed_over(), 0u) << "of another walk";
}

TEST(JsonWalkerTest, BytesThatAreNotUtf8AreReplaced) {
  WalkerFixture f;
  ASSERT_TRUE(f.Walk("{\"text\":\"a\xff\tb\",\"count\":7}").ok());
  EXPECT_EQ(f.fields.text, "a\uFFFD b");
  EXPECT_EQ(f.fields.count, 7u);
  EXPECT_EQ(f.walker.passed_over(), 1u);
  EXPECT_THAT(f.walker.passed_over_first(), HasSubstr("not UTF-8"));
}

TEST(JsonWalkerTest, WhatSaysNothingIsEmpty) {
  const auto is_empty = [](std::string_view value) {
    JsonWalker walker;
    const std::string json = R"({"a":)" + std::string(value) + R"(,"b":1})";
    const std::string padded = json + std::string(SseParser::kPadding, ' ');
    bool empty = false;
    int fields = 0;
    EXPECT_TRUE(walker
                    .Walk(std::string_view(padded).substr(0, json.size()),
                          [&](JsonWalker::Key key, JsonWalker::Value& field) {
                            ++fields;
                            return key.Is("a\"") ? walker.ReadWhetherEmpty(field, empty)
                                                 : simdjson::SUCCESS;
                          })
                    .ok());
    EXPECT_EQ(fields, 2) << value;
    return empty;
  };
  for (const char* value : {"null", "false", "0", "0.0", "-0", "\"\"", "\" \"", "{}", "[]", "[ ]",
                            R"({"message":null,"code":0})", R"([{},""])"}) {
    EXPECT_TRUE(is_empty(value)) << value;
  }
  for (const char* value :
       {"true", "1", "0.5", "\"x\"", R"({"message":"x"})", "[0,1]", R"({"a":{"b":[7]}})"}) {
    EXPECT_FALSE(is_empty(value)) << value;
  }
}

TEST(JsonWalkerTest, WhatIsNoObjectIsRefused) {
  for (const char* json : {"", "x", "[]", "{", R"({"text":"a"}})", R"({"text":"a" "count":1})",
                           R"({"text"})", R"({"list":[1,2})"}) {
    WalkerFixture f;
    const absl::Status status = f.Walk(json);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_THAT(std::string(status.message()), HasSubstr("not a JSON object"));
  }
}

}  // namespace
}  // namespace specctl
