#include "controller/sweep/cool_down.h"

#include <cmath>
#include <thread>

#include "common/engine/engine_profile.h"
#include "common/prometheus/exposition.h"

namespace specctl::controller {
namespace {

double BusyServers(const CoolDown& cool_down, Network& network) {
  double busy = 0;
  for (const MetricsTarget& target : cool_down.targets) {
    // To read statistics of iterations takes them from the next run's scrapes.
    if (target.iteration_stats) continue;
    const auto text = network.Metrics(target, cool_down.fetch);
    if (text.ok()) busy += BusyIn(target.engine, *text);
  }
  return busy;
}

}  // namespace

double BusyIn(std::string_view engine, std::string_view metrics) {
  const EngineProfile& profile = ProfileNamed(engine);
  const auto samples = ParseExposition(metrics);
  if (!samples.ok()) return 0;
  double busy = 0;
  for (const MetricSample& sample : *samples) {
    const MetricFamily* const family = FindFamily(profile, sample.name, sample.labels);
    const bool counts = family != nullptr && (family->figure == ServerFigure::kRunning ||
                                              family->figure == ServerFigure::kWaiting);
    if (counts && std::isfinite(sample.value)) busy += sample.value;
  }
  return busy;
}

double WaitUntilIdle(const CoolDown& cool_down, Network& network, const StopToken& stop) {
  const MonoTime begin = MonoNow();
  const uint32_t asked = stop.requests();
  double busy = 0;
  while (stop.requests() == asked) {
    const Nanos waited = MonoNow() - begin;
    if (waited >= cool_down.least) {
      busy = BusyServers(cool_down, network);
      if (busy == 0 || waited >= cool_down.most) return busy;
    }
    std::this_thread::sleep_for(cool_down.period);
  }
  return busy;
}

}  // namespace specctl::controller
