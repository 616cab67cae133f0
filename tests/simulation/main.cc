// simulation_tests: fleets and runs through a bad network, from seeds.
//
//   simulation_tests --seeds A..B            each must hold what invariants.h says
//   simulation_tests --seed N                one of them, told in full
//   simulation_tests --plant NAME|all ...    with a bug planted: how many of the seeds find it
//   simulation_tests --find NAME|all ...     the same, until one does
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/strings/str_format.h>

#include "tests/simulation/invariants.h"
#include "tests/simulation/simulation.h"

namespace specctl::simulation {
namespace {

struct SeedRange {
  uint64_t first = 1, last = 100;
};

struct Arguments {
  SeedRange seeds;
  bool one = false;
  std::string plant;
  bool until_found = false;
};

std::optional<uint64_t> ReadNumber(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Arguments> ReadArguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i], value = argv[i + 1];
    if (flag == "--plant" || flag == "--find") {
      arguments.plant = value;
      arguments.until_found = flag == "--find";
      continue;
    }
    const size_t dots = value.find("..");
    const auto first = ReadNumber(value.substr(0, dots));
    const auto last = dots == value.npos ? first : ReadNumber(value.substr(dots + 2));
    if ((flag != "--seeds" && flag != "--seed") || !first || !last) return std::nullopt;
    arguments.seeds = {*first, *last};
    arguments.one = flag == "--seed";
  }
  return argc % 2 == 0 ? std::nullopt : std::make_optional(arguments);
}

struct SeedResult {
  std::string wrong;  // empty: nothing
  uint64_t trace_hash = 0, events = 0, messages = 0;
  uint32_t runs_compared = 0, runs_begun_late = 0;
  std::map<std::string, uint64_t> faults, ends;
};

const char* EndName(RunEnd end) {
  constexpr const char* kNames[] = {"completed", "interrupted", "too many failures", "agent lost",
                                    "failed"};
  return kNames[static_cast<size_t>(end)];
}

void AddUp(const std::map<std::string, uint64_t>& counts, std::map<std::string, uint64_t>& sums) {
  for (const auto& [what, count] : counts) sums[what] += count;
}

void PrintCounts(const char* of, const std::map<std::string, uint64_t>& counts) {
  std::printf("%s", of);
  const char* before = ": ";
  for (const auto& [what, count] : counts) {
    std::printf("%s%s %llu", std::exchange(before, ", "), what.c_str(),
                static_cast<unsigned long long>(count));
  }
  std::printf("\n");
}

SeedResult RunSeed(uint64_t seed, Plant plant) {
  const Scenario scenario = MakeScenario(seed);
  Simulation simulation(scenario, plant);
  simulation.Run();
  const World& world = simulation.world();
  std::optional<Simulation> faultless;
  if (scenario.mild && world.finding.empty()) {
    faultless.emplace(WithoutFaults(scenario), Plant::kNone);
    faultless->Run();
  }
  SeedResult result{.wrong = CheckInvariants(world, faultless ? &faultless->world() : nullptr),
                    .trace_hash = world.queue.trace_hash(),
                    .events = world.queue.carried_out(),
                    .messages = world.network.messages(),
                    .faults = world.faults};
  for (const auto& run : world.runs) {
    ++result.ends[run->ended ? EndName(run->end.end) : "not at all"];
    if (!faultless) continue;
    ++result.runs_compared;
    if (run->late > Nanos(0)) ++result.runs_begun_late;
  }
  return result;
}

// What happened, and the same once more: nothing but the seed decides.
int TellSeed(uint64_t seed, Plant plant) {
  const Scenario scenario = MakeScenario(seed);
  std::printf("seed %llu: %zu agents, %s, %s\n", static_cast<unsigned long long>(seed),
              scenario.hosts.size(), scenario.spawned ? "spawned" : "joined by themselves",
              scenario.mild ? "mild" : "harsh");
  Simulation simulation(scenario, plant);
  simulation.TellAll();
  simulation.Run();
  for (const auto& run : simulation.world().runs) {
    std::printf("%s: %u agents, %s%s%s, %zu bytes on disk\n", run->spec.run_id.c_str(),
                run->spec.load.agents, run->ended ? EndName(run->end.end) : "never ended",
                run->end.reason.empty() ? "" : ": ", run->end.reason.c_str(),
                run->disk->synced_bytes);
  }
  const SeedResult first = RunSeed(seed, plant), second = RunSeed(seed, plant);
  std::printf("%llu events, %llu messages, trace %016llx\n",
              static_cast<unsigned long long>(first.events),
              static_cast<unsigned long long>(first.messages),
              static_cast<unsigned long long>(first.trace_hash));
  if (first.trace_hash != second.trace_hash || first.wrong != second.wrong) {
    std::printf("the same seed went differently the second time\n");
    return 1;
  }
  std::printf("%s\n", first.wrong.empty() ? "all holds" : first.wrong.c_str());
  return first.wrong.empty() ? 0 : 1;
}

int RunSeeds(const SeedRange& seeds) {
  SeedResult sums;
  int failed = 0;
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    const SeedResult result = RunSeed(seed, Plant::kNone);
    sums.events += result.events;
    sums.messages += result.messages;
    sums.runs_compared += result.runs_compared;
    sums.runs_begun_late += result.runs_begun_late;
    AddUp(result.faults, sums.faults);
    AddUp(result.ends, sums.ends);
    if (result.wrong.empty()) continue;
    ++failed;
    std::printf("seed %llu: %s\n  replay: simulation_tests --seed %llu\n",
                static_cast<unsigned long long>(seed), result.wrong.c_str(),
                static_cast<unsigned long long>(seed));
  }
  std::printf(
      "%llu seeds, %d failed; %llu events, %llu messages; %u runs equal to the faultless "
      "ones, an agent of %u of them began after T0\n",
      static_cast<unsigned long long>(seeds.last - seeds.first + 1), failed,
      static_cast<unsigned long long>(sums.events), static_cast<unsigned long long>(sums.messages),
      sums.runs_compared, sums.runs_begun_late);
  PrintCounts("faults", sums.faults);
  PrintCounts("runs ended", sums.ends);
  return failed == 0 ? 0 : 1;
}

// Every plant must be found.
int RunPlants(const Arguments& arguments) {
  const SeedRange& seeds = arguments.seeds;
  const std::string_view wanted = arguments.plant;
  int missed = 0, known = 0;
  for (const PlantName& plant : PlantNames()) {
    if (wanted != "all" && wanted != plant.name) continue;
    ++known;
    uint64_t found = 0;
    std::string first;
    for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
      const SeedResult result = RunSeed(seed, plant.plant);
      if (result.wrong.empty()) continue;
      if (found++ == 0) first = absl::StrFormat("seed %d: %s", seed, result.wrong);
      if (arguments.until_found) break;
    }
    if (arguments.until_found) {
      std::printf("%s: %s\n", std::string(plant.name).c_str(),
                  found == 0 ? "not found" : first.c_str());
    } else {
      std::printf("%s: found by %llu of %llu seeds; %s\n", std::string(plant.name).c_str(),
                  static_cast<unsigned long long>(found),
                  static_cast<unsigned long long>(seeds.last - seeds.first + 1), first.c_str());
    }
    if (found == 0) ++missed;
  }
  return missed == 0 && known > 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  const auto arguments = ReadArguments(argc, argv);
  if (!arguments) {
    std::fprintf(stderr,
                 "usage: simulation_tests [--seeds A..B | --seed N] [--plant|--find NAME|all]\n");
    return 2;
  }
  if (arguments->one) {
    Plant planted = Plant::kNone;
    for (const PlantName& plant : PlantNames()) {
      if (plant.name == arguments->plant) planted = plant.plant;
    }
    return TellSeed(arguments->seeds.first, planted);
  }
  if (!arguments->plant.empty()) return RunPlants(*arguments);
  return RunSeeds(arguments->seeds);
}

}  // namespace
}  // namespace specctl::simulation

int main(int argc, char** argv) { return specctl::simulation::Main(argc, argv); }
