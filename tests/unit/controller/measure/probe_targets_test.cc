#include "controller/measure/probe_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/controller/measure/fake_network.h"

namespace specctl::controller {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(ProbeTargetsTest, EachTargetIsAskedAsTheRunWillAskIt) {
  FakeNetwork network;
  MeasureRequest request = TwoTargets();
  request.spec.targets[1].model = "lora";
  request.spec.request.model = "base";
  request.spec.timeouts.connect = 3s;
  request.spec.timeouts.idle = 7s;
  request.spec.server_metrics = false;
  request.wait_ready = 5s;
  request.secrets.headers = {{"X-Team", "red"}};
  request.secrets.api_key = "k";
  request.secrets.basic_authorizations = {"", "Basic eA=="};
  request.api_key_variable = "THE_KEY";
  const auto targets = ProbeTargets(request, network);
  ASSERT_TRUE(targets.ok()) << targets.status();
  ASSERT_EQ(network.asked.size(), 2u);
  EXPECT_THAT(network.waits, ElementsAre(Nanos(5s), Nanos(5s)));
  const ProbeInput& a = network.asked[0];
  const ProbeInput& b = network.asked[1];
  EXPECT_EQ(a.url, "http://a:1");
  EXPECT_EQ(a.model, "base");
  EXPECT_EQ(a.authorization, "Bearer k");
  EXPECT_EQ(a.credential, "the key in $THE_KEY");
  EXPECT_FALSE(a.want_metrics);
  EXPECT_EQ(a.fetch.timeout, 3s);
  EXPECT_EQ(a.inference_timeout, 7s);
  EXPECT_NE(a.fetch.tls, nullptr);
  EXPECT_THAT(b.headers, ElementsAre(Pair("X-Team", "red")));
  EXPECT_EQ(b.model, "lora");
  EXPECT_EQ(b.authorization, "Basic eA==");
  EXPECT_EQ(b.credential, "the login of its URL");
  EXPECT_EQ(targets->at(1).target, 1u);
}

TEST(ProbeTargetsTest, AHeaderThatIsACredentialIsNamed) {
  FakeNetwork network;
  MeasureRequest request = TwoTargets();
  request.secrets.headers = {{"authorization", "Bearer x"}};
  ASSERT_TRUE(ProbeTargets(request, network).ok());
  EXPECT_EQ(network.asked[0].credential, "--header authorization");
}

TEST(ProbeTargetsTest, NoTargetIsAskedAfterOneThatCannotBeMeasured) {
  FakeNetwork network;
  network.errors_at = 1;
  network.error = absl::UnauthenticatedError("no");
  EXPECT_EQ(ProbeTargets(TwoTargets(), network).status(), network.error);
  EXPECT_EQ(network.asked.size(), 1u);
}

TEST(ProbeTargetsTest, AMixOfModelsIsNotOneThatWasChosen) {
  FakeNetwork network;
  network.served = {"base", "other"};
  MeasureRequest request = TwoTargets();
  request.spec.request.model_mix = {{"base", 1}};
  EXPECT_TRUE(ProbeTargets(request, network).ok());
}

TEST(ProbeTargetsTest, CertificatesThatAreNoneAreRefused) {
  FakeNetwork network;
  MeasureRequest request = TwoTargets();
  request.spec.tls = {.ca_file = "/elsewhere/ca.pem", .ca_pem = "no PEM"};
  EXPECT_THAT(std::string(ProbeTargets(request, network).status().message()),
              HasSubstr("--ca-file: need a PEM file of certificates, got /elsewhere/ca.pem: no "
                        "certificate or crl found"));
  EXPECT_TRUE(network.asked.empty());
}

}  // namespace
}  // namespace specctl::controller
