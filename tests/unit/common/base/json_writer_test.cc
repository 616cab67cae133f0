#include "common/base/json_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace specctl {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

// One object with something of everything.
std::string Sample(JsonWriter::Style style) {
  JsonWriter json(style);
  json.BeginObject();
  json.Field("name", "a");
  json.Field("bs", 512);
  json.Field("share", 0.5);
  json.Field("ok", true);
  json.Key("none");
  json.Null();
  json.Key("list");
  json.BeginArray();
  json.Value(1);
  json.BeginObject();
  json.Field("k", std::string("v"));
  json.EndObject();
  json.EndArray();
  json.Key("raw");
  json.RawValue("[1, 2]");
  json.EndObject();
  return std::move(json).Take();
}

TEST(JsonWriterTest, CompactIsOneLine) {
  EXPECT_EQ(Sample(JsonWriter::Style::kCompact),
            R"({"name":"a","bs":512,"share":0.5,"ok":true,"none":null,)"
            R"("list":[1,{"k":"v"}],"raw":[1, 2]})");
}

TEST(JsonWriterTest, FieldsOfManyValuesAreArrays) {
  JsonWriter json;
  json.BeginObject();
  json.ArrayField("tags", std::vector<std::string>{"a", "b"});
  json.ArrayField("empty", std::vector<int>{});
  json.ObjectsField("rows", std::vector{1, 2}, [&](int row) { json.Field("row", row); });
  json.EndObject();
  EXPECT_EQ(json.text(), R"({"tags":["a","b"],"empty":[],"rows":[{"row":1},{"row":2}]})");
}

TEST(JsonWriterTest, AnEmptyTextIsAnAbsentKey) {
  JsonWriter json;
  json.BeginObject();
  json.TextField("model", "");
  json.TextField("url", "u");
  json.EndObject();
  EXPECT_EQ(json.text(), R"({"url":"u"})");
}

TEST(JsonWriterTest, PrettyIndentsByTwo) {
  EXPECT_EQ(Sample(JsonWriter::Style::kPretty),
            R"({
  "name": "a",
  "bs": 512,
  "share": 0.5,
  "ok": true,
  "none": null,
  "list": [
    1,
    {
      "k": "v"
    }
  ],
  "raw": [1, 2]
})");
}

TEST(JsonWriterTest, PrettyEmptyContainersStayOnTheirLine) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Key("a");
  json.BeginArray();
  json.EndArray();
  json.Key("b");
  json.BeginObject();
  json.EndObject();
  json.Key("c");
  json.BeginArray();
  json.BeginArray();
  json.EndArray();
  json.BeginObject();
  json.EndObject();
  json.EndArray();
  json.EndObject();
  EXPECT_EQ(json.text(), R"({
  "a": [],
  "b": {},
  "c": [
    [],
    {}
  ]
})");
}

TEST(JsonWriterTest, EmptyAtTheTop) {
  for (const auto style : {JsonWriter::Style::kCompact, JsonWriter::Style::kPretty}) {
    JsonWriter object(style), array(style);
    object.BeginObject();
    object.EndObject();
    array.BeginArray();
    array.EndArray();
    EXPECT_EQ(object.text(), "{}");
    EXPECT_EQ(array.text(), "[]");
  }
}

TEST(JsonWriterTest, AValueAloneIsADocument) {
  JsonWriter json;
  json.Value("text");
  EXPECT_EQ(std::move(json).Take(), "\"text\"");
}

TEST(JsonWriterTest, AnAbsentFieldIsAnAbsentKey) {
  JsonWriter json;
  json.BeginObject();
  json.Field("absent", std::optional<double>());
  json.Field("there", std::optional<double>(2));
  json.EndObject();
  EXPECT_EQ(json.text(), R"({"there":2})");
}

TEST(JsonWriterTest, IntegersOfEveryWidth) {
  JsonWriter json;
  json.BeginArray();
  json.Value(std::numeric_limits<int64_t>::min());
  json.Value(std::numeric_limits<uint64_t>::max());
  json.Value(uint8_t{200});
  json.Value(int8_t{-3});
  json.Value(size_t{0});
  json.EndArray();
  EXPECT_EQ(json.text(), "[-9223372036854775808,18446744073709551615,200,-3,0]");
}

TEST(JsonWriterTest, KeysAreEscaped) {
  JsonWriter json;
  json.BeginObject();
  json.Field("a\"b", false);
  json.EndObject();
  EXPECT_EQ(json.text(), R"({"a\"b":false})");
}

TEST(FormatDoubleTest, ShortestFormThatReadsBackTheSame) {
  EXPECT_EQ(FormatDouble(0.1), "0.1");
  EXPECT_EQ(FormatDouble(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(FormatDouble(2), "2");
  EXPECT_EQ(FormatDouble(-0.0), "-0");
  EXPECT_EQ(FormatDouble(1e21), "1e+21");
  EXPECT_EQ(FormatDouble(5e-324), "5e-324");
  for (const double value :
       {0.1 + 0.2, 1.7976931348623157e308, 123456789.123456789, 1e-7, 6.02e23}) {
    EXPECT_EQ(std::strtod(FormatDouble(value).c_str(), nullptr), value);
  }
}

TEST(AppendJsonStringTest, EscapesWhatJsonDemands) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(Quoted("\n\r\t"), R"("\n\r\t")");
  EXPECT_EQ(Quoted(std::string("\0\x01\x1f", 3)), "\"\\u0000\\u0001\\u001f\"");
}

// Valid JSON may hold them, but a terminal that it is shown on would obey them.
TEST(AppendJsonStringTest, EscapesDelAndTheControlsBehindIt) {
  EXPECT_EQ(Quoted("\x7f\xc2\x80\xc2\x9b\xc2\x9f"), R"("\u007f\u0080\u009b\u009f")");
}

TEST(AppendJsonStringTest, ValidUtf8StaysAsItIs) {
  for (const std::string_view text :
       {"\xc2\xa0", "\xc3\xb6", "\xdf\xbf", "\xe0\xa0\x80", "\xe2\x82\xac", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf0\x9f\x98\x80",
        "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(Quoted(text), "\"" + std::string(text) + "\"");
  }
}

TEST(AppendJsonStringTest, EachBadByteBecomesAReplacementCharacter) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(Quoted("\x80"), "\"" + r + "\"");                          // stray continuation
  EXPECT_EQ(Quoted("a\xff\xfe z"), "\"a" + r + r + " z\"");            // never in UTF-8
  EXPECT_EQ(Quoted("\xc0\xaf"), "\"" + r + r + "\"");                  // overlong
  EXPECT_EQ(Quoted("\xc1\xbf"), "\"" + r + r + "\"");                  // overlong
  EXPECT_EQ(Quoted("\xe0\x9f\xbf"), "\"" + r + r + r + "\"");          // overlong
  EXPECT_EQ(Quoted("\xf0\x8f\xbf\xbf"), "\"" + r + r + r + r + "\"");  // overlong
  EXPECT_EQ(Quoted("\xed\xa0\x80"), "\"" + r + r + r + "\"");          // surrogate
  EXPECT_EQ(Quoted("\xf4\x90\x80\x80"), "\"" + r + r + r + r + "\"");  // beyond U+10FFFF
  EXPECT_EQ(Quoted("\xf5\x80\x80\x80"), "\"" + r + r + r + r + "\"");  // beyond U+10FFFF
  EXPECT_EQ(Quoted("\xe2\x82"), "\"" + r + r + "\"");                  // cut short
  EXPECT_EQ(Quoted("\xe2\x28\xa1"), "\"" + r + "(" + r + "\"");        // broken in the middle
  EXPECT_EQ(Quoted("\xf0\x9f\x98\"x"), "\"" + r + r + r + "\\\"x\"");  // cut before a quote
}

}  // namespace
}  // namespace specctl
