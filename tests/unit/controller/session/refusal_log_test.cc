#include "controller/session/refusal_log.h"

#include <memory>
#include <sstream>
#include <vector>

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RefusalLogTest : public ::testing::Test {
 protected:
  RefusalLogTest() : before_(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    logger->set_pattern("%v");
    spdlog::set_default_logger(std::move(logger));
  }
  ~RefusalLogTest() override { spdlog::set_default_logger(before_); }

  std::vector<std::string> Lines() const {
    return absl::StrSplit(text_.str(), '\n', absl::SkipEmpty());
  }

  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
  RefusalLog log_;
};

TEST_F(RefusalLogTest, AHostIsToldOnceForEachReason) {
  for (int i = 0; i < 3; ++i) {
    log_.OnRefused("ipv4:10.0.0.7:41235", absl::UnauthenticatedError("wrong token"));
    log_.OnRefused("ipv4:10.0.0.7:41236", absl::UnauthenticatedError("wrong token"));
    log_.OnRefused("ipv4:10.0.0.7:41237", absl::InvalidArgumentError("no Hello"));
    log_.OnRefused("ipv4:10.0.0.8:41235", absl::UnauthenticatedError("wrong token"));
  }
  EXPECT_THAT(Lines(), ElementsAre("controller: ipv4:10.0.0.7:41235 was refused: wrong token",
                                   "controller: ipv4:10.0.0.7:41237 was refused: no Hello",
                                   "controller: ipv4:10.0.0.8:41235 was refused: wrong token"));
}

TEST_F(RefusalLogTest, AConnectionWithoutACallIsToldWithItsReasonIfThereIsOne) {
  for (int i = 0; i < 2; ++i) {
    log_.OnUncalled("ipv4:10.0.0.7:1", "");
    log_.OnUncalled("ipv4:10.0.0.7:2", "TLS handshake: http request");
    log_.OnUncalled("ipv4:10.0.0.7:3", "TLS handshake: certificate verify failed");
  }
  EXPECT_THAT(
      Lines(),
      ElementsAre("controller: ipv4:10.0.0.7:1 connected, and left without a call that is "
                  "answered here",
                  "controller: ipv4:10.0.0.7:2 was refused: TLS handshake: http request",
                  "controller: ipv4:10.0.0.7:3 was refused: TLS handshake: certificate verify "
                  "failed"));
}

TEST_F(RefusalLogTest, WhatIsNotThereOrComesAtAWrongTimeIsNoRefusal) {
  for (const absl::Status& status :
       {absl::OkStatus(), absl::NotFoundError("no such job"), absl::UnavailableError("it ends"),
        absl::FailedPreconditionError("it is not over"), absl::AbortedError("dialled again")}) {
    log_.OnEnd("ipv4:10.0.0.7:1", status);
  }
  EXPECT_THAT(Lines(), IsEmpty());
  log_.OnEnd("ipv4:10.0.0.7:1", absl::PermissionDeniedError("not its secret"));
  EXPECT_THAT(Lines(), ElementsAre("controller: ipv4:10.0.0.7:1 was refused: not its secret"));
}

TEST_F(RefusalLogTest, WhatAStrangerSaysIsMadeSafe) {
  log_.OnRefused("ipv4:10.0.0.7:1", absl::InvalidArgumentError("id: got \x1b[2J\n"));
  ASSERT_EQ(Lines().size(), 1u);
  EXPECT_EQ(Lines()[0].find('\x1b'), std::string::npos);
}

TEST_F(RefusalLogTest, ItIsBounded) {
  // A host with paths of its own choice can't use it up.
  for (int i = 0; i < 2000; ++i) {
    log_.OnUncalled("ipv4:10.1.0.1:1", absl::StrCat("/x/", i, ": no role may call it"));
  }
  EXPECT_THAT(Lines(), ElementsAre("controller: ipv4:10.1.0.1:1 was refused: /x/0: no role may "
                                   "call it"));
  for (size_t i = 0; i < RefusalLog::kRefusalsMax + 10; ++i) {
    log_.OnUncalled(absl::StrCat("ipv4:10.0.", i / 256, ".", i % 256, ":1"), "");
  }
  EXPECT_EQ(Lines().size(), RefusalLog::kRefusalsMax + 1);
}

}  // namespace
}  // namespace specctl::controller
