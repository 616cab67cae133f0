#include "tools/specctl/certs_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class CertsCommandTest : public ::testing::Test {
 protected:
  CertsCommandTest() {
    std::string name = ::testing::TempDir() + "/certs_command_XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  ~CertsCommandTest() override { std::filesystem::remove_all(root_); }

  // `command` with DIR replaced by the folder.
  int Certs(std::string command) {
    if (const size_t at = command.find("DIR"); at != std::string::npos) {
      command.replace(at, 3, root_ + "/pki");
    }
    CLI::App app("specctl");
    int exit_status = -1;
    AddCertsCommand(app, exit_status);
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    try {
      app.parse("certs " + command);
    } catch (const CLI::ParseError& error) {
      exit_status = error.get_exit_code();
    }
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return exit_status;
  }

  std::string root_, out_, err_;
};

TEST_F(CertsCommandTest, InitSaysWhatItMade) {
  EXPECT_EQ(Certs("init DIR/ --name load-1 --name 10.0.0.7 --days 90"), 0);
  EXPECT_THAT(out_,
              MatchesRegex("authority   specctl authority [0-9a-f]{8} +[-0-9]{10}  expires in "
                           "3650 days\n"
                           "controller  load-1, 10.0.0.7, localhost, 127.0.0.1, ::1  "
                           "[-0-9]{10}  expires in 90 days\n"
                           "agent  .*\n"
                           "client .*\n"));
  EXPECT_EQ(err_, "");
  EXPECT_TRUE(std::filesystem::exists(root_ + "/pki/agent/tls.key"));
}

TEST_F(CertsCommandTest, ShowAndRenewSayWhatIsThere) {
  ASSERT_EQ(Certs("init DIR --name load-1 --days 3 --ca-days 100"), 0);
  EXPECT_EQ(Certs("renew DIR --role controller --days 50"), 0);
  EXPECT_EQ(Certs("show DIR"), 0);
  EXPECT_THAT(out_, MatchesRegex("authority .*expires in 100 days\n"
                                 "controller  load-1, .*expires in 50 days\n"
                                 "agent .*expires in 3 days\n"
                                 "client .*expires in 3 days\n"));
  EXPECT_EQ(Certs("show DIR/agent"), 0);
  EXPECT_THAT(out_, MatchesRegex("specctl-agent .*\nauthority .*\n"));
}

TEST_F(CertsCommandTest, WhatIsRefusedExitsWithTwoAndSaysWhy) {
  EXPECT_EQ(Certs("show DIR"), 2);
  EXPECT_THAT(err_, HasSubstr("/pki: there are no certificates; `specctl certs init` makes them"));
  EXPECT_EQ(Certs("renew DIR"), 2);
  EXPECT_THAT(err_, HasSubstr("/pki/ca.crt: there is no such file"));
  EXPECT_EQ(Certs("init DIR --name http://load-1"), 2);
  EXPECT_THAT(err_, HasSubstr("specctl certs: --name: need a DNS name or an IP address, got "
                              "'http://load-1'"));
  ASSERT_EQ(Certs("init DIR"), 0);
  EXPECT_EQ(Certs("init DIR"), 2);
  EXPECT_THAT(err_, HasSubstr("/pki/ca.key: it is there, and is not overwritten"));
}

TEST_F(CertsCommandTest, BadUsageIsRefusedByTheParser) {
  for (const char* usage : {"", "init", "make DIR", "init DIR --days 0", "init DIR --days -1",
                            "init DIR --ca-days 40000", "renew DIR --role boss", "show DIR DIR"}) {
    EXPECT_GT(Certs(usage), 2) << usage;
    EXPECT_FALSE(std::filesystem::exists(root_ + "/pki")) << usage;
  }
}

}  // namespace
}  // namespace specctl::cli
