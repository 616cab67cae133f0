// Fleet: agents that have joined, and serve one run after another.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <grpcpp/security/server_credentials.h>

#include "controller/fleet/agent_event.h"

namespace specctl::controller {

// Outlives runs.  Its one thread keeps the members (FleetMachine), starts processes, and hands to
// the run that is on what its agents say.  Thread-safe.
class Fleet {
 public:
  struct Options {
    std::string specctl_version;
    std::string listen = "127.0.0.1:0";  // where agents dial; port 0: the kernel's choice
    std::string join_token;              // empty: one is made up
    // Insecure on loopback is one value of it.
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    std::vector<std::string> agent_command = {"/proc/self/exe", "agent"};
  };

  // UNAVAILABLE where it can't listen at `options.listen`.
  static absl::StatusOr<std::unique_ptr<Fleet>> Start(Options options);
  // No run is on.  Dismisses the agents, gives those that it started 2 s to exit, then kills what
  // is left.
  ~Fleet();

  // Starts processes on this machine until `agents` of them run; they join in their own time.
  // The errors of AgentSpawner::Start; what had been started runs on.
  absl::Status Grow(uint32_t agents);
  // What agents dial and must show.
  const std::string& address() const;
  const std::string& join_token() const;
  // Of the members that have joined.
  std::vector<HostFacts> hosts();

  // --- for Measure ------------------------------------------------------------------------------

  // Called on the fleet's thread; must not block.
  using RunSink = std::function<void(RunInput)>;
  // Gives the run its agents 0..agents-1, as they are there.
  // FAILED_PRECONDITION  a run is on
  // ALREADY_EXISTS       a run of this id was on before
  absl::Status BeginRun(const std::string& run_id, uint32_t agents, RunSink sink);
  void Send(SessionId session, SessionOutput output);
  // The run has taken the session's last message.
  void Consumed(SessionId session);
  // The run goes on without this agent.
  void Drop(uint32_t agent);
  // The run's agents release it; its sink is not called after this.
  void EndRun();
  const std::string& boot_id() const;  // of this host

 private:
  class Loop;
  explicit Fleet(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
};

}  // namespace specctl::controller
