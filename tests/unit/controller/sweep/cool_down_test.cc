#include "controller/sweep/cool_down.h"

#include <gtest/gtest.h>

#include "common/net/url.h"

namespace specctl::controller {
namespace {

using namespace std::chrono_literals;

std::string Gauges(int running, int waiting) {
  return "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{engine=\"0\"} " +
         std::to_string(running) +
         "\n# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{engine=\"0\"} " +
         std::to_string(waiting) + "\n";
}

// Busy for so many questions.
struct BusyNetwork final : Network {
  const FleetFacts& Machines() const override { return fleet; }
  absl::StatusOr<TargetProbed> Probe(const ProbeInput&, Nanos) override {
    return absl::UnavailableError("no");
  }
  absl::Status FlushCache(const ProbeInput&, std::string_view) override { return absl::OkStatus(); }
  absl::StatusOr<std::string> Metrics(const MetricsTarget&, const FetchOptions&) override {
    ++asked;
    if (fails) return absl::UnavailableError("nobody answers");
    return Gauges(asked > busy ? 0 : 3, asked > busy ? 0 : 1);
  }
  NameLookup::Addresses AddressesOf(const std::string&) override {
    return absl::UnavailableError("no");
  }
  FleetFacts fleet;
  int busy = 0, asked = 0;
  bool fails = false;
};

CoolDown Short() {
  CoolDown cool_down;
  cool_down.targets = {{.url = *ParseUrl("http://a:1/metrics"), .engine = "vllm"}};
  cool_down.most = 10s;
  cool_down.period = 1ms;
  return cool_down;
}

TEST(CoolDownTest, CountsWhatRunsAndWaits) {
  EXPECT_EQ(BusyIn("vllm", Gauges(3, 2)), 5);
  EXPECT_EQ(BusyIn("vllm", Gauges(0, 0)), 0);
  EXPECT_EQ(BusyIn("vllm", "no metrics at all {"), 0);
}

TEST(CoolDownTest, LastsUntilNothingRuns) {
  BusyNetwork network;
  network.busy = 5;
  EXPECT_EQ(WaitUntilIdle(Short(), network, {}), 0);
  EXPECT_EQ(network.asked, 6);
}

TEST(CoolDownTest, HasAnEnd) {
  BusyNetwork network;
  network.busy = 1'000'000;
  CoolDown cool_down = Short();
  cool_down.most = 20ms;
  EXPECT_EQ(WaitUntilIdle(cool_down, network, {}), 4);
}

TEST(CoolDownTest, AServerThatDoesNotTellHoldsNothingUp) {
  BusyNetwork network;
  network.fails = true;
  EXPECT_EQ(WaitUntilIdle(Short(), network, {}), 0);
  EXPECT_EQ(network.asked, 1);
}

TEST(CoolDownTest, LastsForItsLeast) {
  BusyNetwork network;
  CoolDown cool_down = Short();
  cool_down.targets.clear();
  cool_down.least = 20ms;
  const MonoTime begin = MonoNow();
  WaitUntilIdle(cool_down, network, {});
  EXPECT_GE(MonoNow() - begin, 20ms);
}

}  // namespace
}  // namespace specctl::controller
