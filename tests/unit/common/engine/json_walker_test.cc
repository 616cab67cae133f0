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
  for (const char* text : {"\"3\"", "nan", "true", "[1]", "1e999", "3x"}) {
    const absl::Status status = f.Walk(std::string(R"({"number":)") + text + "}");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
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

TEST(JsonWalkerTest, WrongTypesAreNamed) {
  for (const char* json : {R"({"count":1.0})", R"({"count":-1})", R"({"count":"1"})",
                           R"({"count":18446744073709551616})", R"({"count":1x})",
                           R"({"count":nulll})", R"({"count":})"}) {
    WalkerFixture f;
    const absl::Status status = f.Walk(json);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_THAT(std::string(status.message()), HasSubstr("count has a wrong type, in: {\"count"));
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
