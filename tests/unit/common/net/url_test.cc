#include "common/net/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

TEST(ParseUrlTest, PartsAndDefaults) {
  const auto url = ParseUrl("http://localhost:8000/prefix");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_FALSE(url->https);
  EXPECT_EQ(url->host, "localhost");
  EXPECT_EQ(url->port, 8000);
  EXPECT_EQ(url->path, "/prefix");
  EXPECT_EQ(url->ToString(), "http://localhost:8000/prefix");
  EXPECT_EQ(url->HostHeader(), "localhost:8000");
}

TEST(ParseUrlTest, MissingSchemeIsHttp) {
  const auto url = ParseUrl("vllm-1.cluster_a:9000");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_FALSE(url->https);
  EXPECT_EQ(url->ToString(), "http://vllm-1.cluster_a:9000");
}

TEST(ParseUrlTest, SchemeSetsThePort) {
  EXPECT_EQ(ParseUrl("HTTPS://h")->port, 443);
  EXPECT_TRUE(ParseUrl("HTTPS://h")->https);
  EXPECT_EQ(ParseUrl("http://h")->port, 80);
  EXPECT_EQ(ParseUrl("https://h")->HostHeader(), "h");
  EXPECT_EQ(ParseUrl("https://h:80")->HostHeader(), "h:80");
}

TEST(ParseUrlTest, Ipv6KeepsItsBracketsOutside) {
  const auto url = ParseUrl("http://[fe80::1%eth0]:8080/x");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->host, "fe80::1%eth0");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->HostHeader(), "[fe80::1%eth0]:8080");
  EXPECT_EQ(url->ToString(), "http://[fe80::1%eth0]:8080/x");
}

struct Refusal {
  const char* text;
  const char* why;
};

class ParseUrlRefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(ParseUrlRefusalTest, NamesTheUrlAndTheReason) {
  const auto url = ParseUrl(GetParam().text);
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(url.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(url.status().message()), HasSubstr(GetParam().why));
  EXPECT_THAT(std::string(url.status().message()), HasSubstr(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    All, ParseUrlRefusalTest,
    ::testing::Values(Refusal{"", "got nothing"}, Refusal{"ftp://h", "need http or https"},
                      Refusal{"http://", "host"}, Refusal{"http://h:", "port"},
                      Refusal{"http://h:0", "port"}, Refusal{"http://h:65536", "port"},
                      Refusal{"http://h:80x", "port"}, Refusal{"http://h:-1", "port"},
                      Refusal{"http://h/?a=b", "query"}, Refusal{"http://h#f", "fragment"},
                      Refusal{"http://h h", "space"}, Refusal{"http://h\r\nX: y", ""},
                      Refusal{"http://[::1", "host"}, Refusal{"http://[h]", "host"},
                      Refusal{"http://[::1]x", "port"}, Refusal{"::1", "host"},
                      Refusal{"http://h\"x", "host"}));

TEST(ParseUrlTest, ALoginIsDecodedAndInNoText) {
  const auto url = ParseUrl("https://user:p%40ss%3a@h:8000/x");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->login, "user:p@ss:");
  EXPECT_EQ(url->host, "h");
  EXPECT_EQ(url->ToString(), "https://h:8000/x");
  EXPECT_EQ(url->HostHeader(), "h:8000");
  EXPECT_EQ(url->BasicAuthorization(), "Basic dXNlcjpwQHNzOg==");
  EXPECT_EQ(ParseUrl("http://token@h")->BasicAuthorization(), "Basic dG9rZW46");
  EXPECT_EQ(ParseUrl("http://h/a@b")->BasicAuthorization(), "");
}

TEST(ParseUrlTest, NoErrorShowsALogin) {
  for (const char* text :
       {"http://user:hunter2@h:0", "http://user:hunter2@", "ftp://user:hunter2@h",
        "http://user:hunter2@h?a", "user:hunter2@h:x", "http://user:hun/ter2@h",
        "http://u:hunter2%zz@h", "http://user:hunter2#@h", "http://user:hunter2 @h",
        "http://user:hunter2@@h:y"}) {
    const auto url = ParseUrl(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_THAT(std::string(url.status().message()), Not(HasSubstr("hun"))) << text;
    EXPECT_THAT(std::string(url.status().message()), Not(HasSubstr("ter2"))) << text;
  }
}

TEST(WithoutLoginsTest, CutsThemOutOfAnyText) {
  EXPECT_EQ(WithoutLogins("not expected: --ulr http://u:p@h:1/x, https://v:q/r@i 'a//b'"),
            "not expected: --ulr http://...@h:1/x, https://...@i 'a//b'");
  EXPECT_EQ(WithoutLogins("mail me@there, or http://h/x"), "mail me@there, or http://h/x");
  EXPECT_EQ(WithoutLogins(""), "");
}

TEST(ParseTargetUrlTest, CutsV1AndSlashes) {
  for (const char* text : {"http://h:8000", "http://h:8000/", "http://h:8000/v1",
                           "http://h:8000/v1/", "http://h:8000//v1//"}) {
    EXPECT_EQ(ParseTargetUrl(text)->ToString(), "http://h:8000") << text;
  }
  EXPECT_EQ(ParseTargetUrl("http://h/openai/v1")->path, "/openai");
  EXPECT_EQ(ParseTargetUrl("http://h/xv1")->path, "/xv1");
  EXPECT_EQ(ParseTargetUrl("gopher://h/v1").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace specctl
