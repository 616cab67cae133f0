#include "common/engine/identity_json.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(IdentityJsonTest, PlacesAndTypes) {
  const IdentityJson json(R"({"a":{"b":"x\ny","n":7,"none":null,"yes":true}})");
  EXPECT_EQ(json.Text("/a/b"), "x y");
  EXPECT_EQ(json.Number("/a/n"), 7u);
  EXPECT_TRUE(json.IsTrue("/a/yes"));
  EXPECT_TRUE(json.Has("/a/none") && json.IsNull("/a/none"));
  EXPECT_FALSE(json.Has("/a/other") || json.IsNull("/a/other") || json.IsTrue("/a/n"));
  EXPECT_EQ(json.Text("/a/n"), "");
  EXPECT_FALSE(json.Number("/a/b").has_value());
}

TEST(IdentityJsonTest, NumbersOutsideTheRangeAreNone) {
  for (const char* body : {R"({"n":0})", R"({"n":-1})", R"({"n":10001})", R"({"n":1.5})"}) {
    EXPECT_FALSE(IdentityJson(body).Number("/n").has_value()) << body;
  }
}

TEST(IdentityJsonTest, ABodyThatIsNoJsonHasNothing) {
  for (const char* body : {"", "<html>", "{\"a\":"}) {
    EXPECT_FALSE(IdentityJson(body).Has("/a")) << body;
    EXPECT_EQ(IdentityJson(body).Text("/a"), "");
  }
}

TEST(IdentityJsonTest, TextsForPages) {
  std::string list;
  AddParallelism("tp", 8, list);
  AddParallelism("pp", 1, list);
  AddParallelism("dp", std::nullopt, list);
  AddParallelism("ep", 4, list);
  EXPECT_EQ(list, "tp=8 ep=4");
  EXPECT_EQ(DrafterText("m", "r"), "m@r");
  EXPECT_EQ(DrafterText("m", ""), "m");
  EXPECT_EQ(DrafterText("", "r"), "");
}

}  // namespace
}  // namespace specctl
