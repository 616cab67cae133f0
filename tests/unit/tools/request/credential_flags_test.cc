#include "tools/request/flag_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using controller::MeasureRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(CredentialFlagsTest, NoSecretReachesTheSpecOrAnError) {
  const MeasureRequest request =
      Good({"--api-key-env", "THE_KEY", "--header", "X-Api-Key: abc", "--header", "X-Team: red",
            "--keep-header", "x-team", "--url", "http://user:hunter2@h,http://i"});
  EXPECT_EQ(request.secrets.api_key, "s3cret");
  EXPECT_THAT(request.secrets.headers,
              ElementsAre(Pair("X-Api-Key", "abc"), Pair("X-Team", "red")));
  EXPECT_THAT(request.spec.request.headers, ElementsAre(Pair("X-Team", "red")));
  EXPECT_THAT(request.spec.request.withheld_headers, ElementsAre("X-Api-Key"));
  EXPECT_THAT(TargetUrls(request.spec), ElementsAre("http://h:80", "http://i:80"));
  EXPECT_EQ(request.secrets.AuthorizationOf(0), "Basic dXNlcjpodW50ZXIy");
  EXPECT_EQ(request.secrets.AuthorizationOf(1), "Bearer s3cret");
  for (const char* header :
       {"X-Api-Key s3cr3t", "s3cr3t", "X-Key: s3cr3t\nY: z", "X Key: s3cr3t"}) {
    EXPECT_THAT(Refusal({"--header", header}), Not(HasSubstr("s3cr3t"))) << header;
  }
  EXPECT_THAT(Refusal({"--header", "no colon"}), HasSubstr("--header: need NAME:VALUE"));
  EXPECT_THAT(Refusal({"--header", "Host: elsewhere"}), HasSubstr("Host is set by specctl"));
  EXPECT_THAT(Refusal({"--url", "http://user:hunter2@h:x"}), Not(HasSubstr("hunter2")));
  EXPECT_THAT(Refusal({"--target", "http://h,colour=user:hunter2@x"}), Not(HasSubstr("@x")));
}

TEST(CredentialFlagsTest, AKeyThatCannotBeHadNamesItsVariable) {
  EXPECT_THAT(Refusal({"--api-key-env", "NOT_THERE"}), HasSubstr("NOT_THERE is not set"));
  const std::string broken = Refusal({"--api-key-env", "BROKEN_KEY"});
  EXPECT_THAT(broken, HasSubstr("BROKEN_KEY holds a line break"));
  EXPECT_THAT(broken, Not(HasSubstr("s3cret")));
  EXPECT_THAT(Refusal({"--api-key-env", "THE_KEY", "--header", "authorization: x"}),
              HasSubstr("--api-key-env: can't be combined with --header Authorization"));
}

TEST(CredentialFlagsTest, AHeaderToKeepMustBeGiven) {
  EXPECT_THAT(Refusal({"--keep-header", "X-A", "--header", "X-B: 1"}),
              HasSubstr("--keep-header: no --header gives X-A"));
}

TEST(CredentialFlagsTest, ARepeatedRunNeedsTheValuesThatWereNotKept) {
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->targets = {{.url = "http://a:1", .model = "m"}};
  surroundings.like->request.headers = {{"X-Team", "red"}};
  EXPECT_THAT(Good({}, surroundings).secrets.headers, ElementsAre(Pair("X-Team", "red")));
  surroundings.like->request.withheld_headers = {"X-Api-Key"};
  EXPECT_THAT(Refusal({}, surroundings), HasSubstr("--like: that run sent the headers X-Api-Key"));
  EXPECT_THAT(Good({"--header", "X-Api-Key: k"}, surroundings).secrets.headers,
              ElementsAre(Pair("X-Api-Key", "k")));
}

}  // namespace
}  // namespace specctl::cli
