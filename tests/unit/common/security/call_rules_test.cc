#include "common/security/call_rules.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

const std::vector<ServiceRule> kRules = {
    {.service = "specctl.v1.AgentSession", .roles = {PeerRole::kAgent}},
    {.service = "specctl.v1.Control", .roles = {PeerRole::kClient}},
    {.service = "grpc.health.v1.Health", .roles = {PeerRole::kAgent, PeerRole::kClient}}};

absl::Status CheckedCall(const std::string& common_name, const std::string& path) {
  return CheckPath({.common_name = common_name, .call = path}, kRules);
}

TEST(CallRulesTest, ARoleMayMakeItsOwnCallsOnly) {
  EXPECT_TRUE(CheckedCall("specctl-agent", "/specctl.v1.AgentSession/Session").ok());
  EXPECT_TRUE(CheckedCall("specctl-client", "/specctl.v1.Control/Submit").ok());
  EXPECT_TRUE(CheckedCall("specctl-agent", "/grpc.health.v1.Health/Check").ok());
  EXPECT_EQ(CheckedCall("specctl-agent", "/specctl.v1.Control/Submit"),
            absl::PermissionDeniedError("/specctl.v1.Control/Submit: need a certificate of role "
                                        "client, got one of role agent"));
  EXPECT_EQ(CheckedCall("specctl-controller", "/grpc.health.v1.Health/Check"),
            absl::PermissionDeniedError("/grpc.health.v1.Health/Check: need a certificate of role "
                                        "agent or client, got one of role controller"));
}

TEST(CallRulesTest, AnotherNameIsNoRole) {
  EXPECT_EQ(CheckedCall("mallory\n", "/specctl.v1.Control/Submit"),
            absl::PermissionDeniedError("/specctl.v1.Control/Submit: need a certificate of role "
                                        "client, got one of 'mallory?', which is no role"));
}

TEST(CallRulesTest, NoCertificateIsUnauthenticated) {
  EXPECT_EQ(CheckedCall("", "/specctl.v1.Control/Submit"),
            absl::UnauthenticatedError("/specctl.v1.Control/Submit: need a certificate of role "
                                       "client, got none"));
}

TEST(CallRulesTest, WhatNoRuleNamesIsRefused) {
  for (const char* path :
       {"", "/", "//", "/specctl.v1.Control", "specctl.v1.Control/Submit",
        "/specctl.v1.ControlX/Submit", "/grpc.reflection.v1.ServerReflection/X"}) {
    EXPECT_EQ(CheckedCall("specctl-client", path).code(), absl::StatusCode::kPermissionDenied)
        << path;
  }
}

}  // namespace
}  // namespace specctl
