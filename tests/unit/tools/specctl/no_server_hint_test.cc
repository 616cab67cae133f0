#include "tools/specctl/no_server_hint.h"

#include <gmock/gmock.h>

namespace specctl::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

const absl::Status kRefused =
    absl::UnavailableError("http://localhost:8000/v1/models: connect: Connection refused");

TEST(NoServerHintTest, NamesTheSimulatedEngineOnThePortThatWasAsked) {
  EXPECT_THAT(NoServerHint(kRefused, {"http://localhost:8000"}), EndsWith("\n  specctl sim"));
  EXPECT_THAT(NoServerHint(kRefused, {"http://127.0.0.1:9000"}),
              EndsWith("\n  specctl sim --port 9000"));
  EXPECT_THAT(NoServerHint(kRefused, {"http://localhost:8000"}), HasSubstr("--url"));
}

TEST(NoServerHintTest, SaysNothingWhereItIsNoHelp) {
  EXPECT_EQ(NoServerHint(kRefused, {"http://vllm-0:8000"}), "");
  EXPECT_EQ(NoServerHint(kRefused, {"https://localhost:8443"}), "");
  EXPECT_EQ(NoServerHint(kRefused, {"http://localhost:8000", "http://vllm-0:8000"}), "");
  EXPECT_EQ(NoServerHint(absl::UnavailableError("status 503"), {"http://localhost:8000"}), "");
  EXPECT_EQ(NoServerHint(kRefused, {}), "");
}

}  // namespace
}  // namespace specctl::cli
