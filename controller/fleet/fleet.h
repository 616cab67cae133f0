// Fleet: agents that have joined, and serve one run after another.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/security/server_credentials.h>

#include "common/base/own_program.h"
#include "controller/fleet/agent_event.h"
#include "controller/fleet/fleet_member.h"
#include "controller/fleet/fleet_seat.h"

namespace specctl::controller {

// Outlives runs.  Its one thread keeps the members (FleetMachine), starts processes, and hands to
// the run that is on what its agents say.  Thread-safe.
class Fleet {
 public:
  struct Options {
    std::string specctl_version;
    std::string listen = "127.0.0.1:0";  // where agents dial; port 0: the kernel's choice
    // What agents must show; nullopt: one is made up; empty: nothing.
    std::optional<std::string> join_token;
    // Insecure on loopback is one value of it.
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    // A run of an earlier life is to be taken up: until ResumeRun(), or GiveUpResuming(), agents
    // are told to dial again (UNAVAILABLE), so that none is told to release it.
    bool resuming = false;
    // As SessionHub::Options.
    std::vector<grpc::Service*> services;
    bool logs_uncalled = false;
    std::vector<std::string> agent_command = {OwnProgram(), "agent"};
  };

  // UNAVAILABLE where it can't listen at `options.listen`, INTERNAL where no token can be made up.
  static absl::StatusOr<std::unique_ptr<Fleet>> Start(Options options);
  // No run is on.  Dismisses the agents that it started, gives them 2 s to exit, then kills what is
  // left; those that joined by themselves dial again.
  ~Fleet();

  // Starts processes on this machine until `agents` of them run; they join in their own time.
  // The errors of AgentSpawner::Start; what had been started runs on.
  absl::Status Grow(uint32_t agents);
  // What agents dial and must show.
  const std::string& address() const;
  const std::string& join_token() const;
  // Those that have joined and that are not known to be gone.
  std::vector<FleetMember> members();

  // --- for Measure ------------------------------------------------------------------------------

  // Called on the fleet's thread; must not block.
  using RunSink = std::function<void(RunInput)>;
  // Gives the run its agents 0..agents-1, as they are there.
  // FAILED_PRECONDITION  a run is on
  // ALREADY_EXISTS       a run of this id was on before
  absl::Status BeginRun(const std::string& run_id, uint32_t agents, RunSink sink);
  // The same for a run that another life of this controller began: agent i is the process of
  // roster[i] and nobody else, once it dials; nullopt: none takes its place.
  absl::Status ResumeRun(const std::string& run_id, FleetRoster roster, RunSink sink);
  // There is none to be taken up after all.
  void GiveUpResuming();
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
