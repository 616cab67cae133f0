// What the parts of a simulation share, and what is kept of what they did.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/journal/event.h"
#include "tests/fakes/memory_file.h"
#include "tests/simulation/event_queue.h"
#include "tests/simulation/plants.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/simulated_network.h"

namespace specctl::simulation {

// All batches that a process made in a run, by seq - 1, in a form that can be compared.
struct MadeBatches {
  uint32_t agent = 0;
  MonoTime begin{};  // of its load, on the agent's clock: T0, or later
  std::vector<std::string> batches;
};

// What is known of a run once it is over.
struct RunHistory {
  RunPlan plan;
  RunSpec spec;
  std::shared_ptr<fakes::MemoryDisk> disk = std::make_shared<fakes::MemoryDisk>();
  bool ended = false, journal_failed = false;
  RunEnded end;
  MonoTime ended_at{};
  std::optional<MonoTime> t0;
  uint32_t controllers_killed = 0;
  Nanos late{0};  // after T0, that the last agent began
  Nanos held{0};  // since T0 the end may be later by that, through the controller
  std::map<uint32_t, uint64_t> acked;    // by agent, as sent
  std::map<uint64_t, MadeBatches> made;  // by incarnation
  std::set<uint64_t> stopped;            // incarnations that did nothing for a while meanwhile
};

class SimulatedFleet;

class World {
 public:
  World(const Scenario& of, Plant planted);

  // Told of what must not be, when it is seen; the first is kept.
  void Find(const std::string& what);

  const Scenario scenario;
  const Plant plant;
  EventQueue queue;
  SimulatedNetwork network;
  std::vector<std::unique_ptr<RunHistory>> runs;
  RunHistory* RunNamed(const std::string& run_id);

  // Told what happens, where someone listens.
  void Tell(const std::string& what);
  bool tells = false;

  SimulatedFleet* fleet = nullptr;
  uint64_t secrets = 0;                    // that its controllers have made
  std::map<std::string, uint64_t> faults;  // that struck, by kind
  std::string finding;                     // empty: nothing
};

}  // namespace specctl::simulation
