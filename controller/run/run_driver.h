// Drives one run from its first event to its last.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/journal/event.h"
#include "common/workload/run_spec.h"
#include "common/workload/workload.h"
#include "controller/live/terminal_view.h"
#include "controller/run/agent_spawner.h"

namespace specctl::controller {

struct RunInput {
  RunSpec spec;
  Secrets secrets;
  std::shared_ptr<const Workload> workload;
  std::vector<TargetProbed> targets;
  std::vector<std::string> notes;
  std::string journal_path;            // must not exist
  std::string listen = "127.0.0.1:0";  // where agents dial
  std::string join_token;              // empty: one is made up for spawned agents
  Nanos join_timeout = std::chrono::seconds(30);
  Nanos prepare_timeout = std::chrono::seconds(30);
};

// The servers' metrics; all may be empty together.  `before` and `after` block, and run on threads
// of their own; `sink` may be called from any thread, until `stop` has returned; `stop` may be
// called more than once.
struct ScrapeHooks {
  using Sink = std::function<void(Scraped)>;
  std::function<std::vector<Scraped>()> before;
  std::function<void(Sink sink)> start;
  std::function<void()> stop;
  std::function<std::vector<Scraped>()> after;  // after `stop`
};

// Everything around a run; each may be left out.
struct RunSurroundings {
  AgentSpawner* spawner = nullptr;  // agents that were spawned and wait to be told where to dial
  // Called with the address and the join token once agents may dial.
  std::function<void(const std::string& address, const std::string& token)> on_listening;
  ScrapeHooks scrape;
  TerminalView* view = nullptr;
  std::function<uint32_t()> interrupts;  // how many there have been so far
};

// Runs `input` with spec.load.agents agents and returns how it ended, which is the journal's last
// event as well (not where the journal failed).  Whatever the end: every batch that was
// acknowledged is on disk, the agents have been released, and spawned ones have exited.
//
// Errors, with nothing sent to any server:
// ALREADY_EXISTS, RESOURCE_EXHAUSTED, INTERNAL  the journal can't be created or written
// UNAVAILABLE                                   can't listen at `input.listen`
//
// Blocks; uses gRPC, so that no process may be forked from here on.
absl::StatusOr<RunEnded> DriveRun(RunInput input, RunSurroundings surroundings);

}  // namespace specctl::controller
