// RunAgent: the whole agent process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <grpcpp/security/credentials.h>

#include "agent/session/session_machine.h"

namespace specctl::agent {

struct AgentOptions {
  // host:port or dns:///host:port; with parent_fd it comes through the pipe.
  std::string controller_address;
  std::string join_token;
  // Which place it takes (AgentHello::name); empty: none but its own.
  std::string name;
  std::string predecessor_end;           // as there
  std::optional<uint32_t> spawn_number;  // of a process that the controller started
  // How the controller is dialled; insecure on loopback is one value of it.
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  // The reading end of a pipe from the process that spawned this one, or -1.  One line, "address
  // token number", comes through it; when it closes, this process ends at once.
  int parent_fd = -1;
  std::string specctl_version;
  // Told of its session, from another thread than RunAgent's; may be empty.
  std::function<void(SessionStatus)> on_status;
  // Told what its user should know, on any thread; empty: it is written to stderr, "specctl agent:"
  // before it.
  std::function<void(const std::string& text)> on_complaint;
  std::string spool_dir = "/tmp";  // for what the controller has not acknowledged (BatchStore)
};

// Joins, serves run after run and returns: 0 after it was dismissed, else 1, with the reason told
// as a complaint.
//
// SIGTERM drains this agent: in-flight requests get 10 s, all is delivered, and it returns 0 after
// that run's release.  Without a job, or at the second time, it ends at once.  SIGINT does the
// same, but is ignored by an agent that was spawned: Ctrl-C is for the controller, which drains its
// agents.  Called once, on the main thread.
int RunAgent(const AgentOptions& options);

}  // namespace specctl::agent
