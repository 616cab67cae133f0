// RunAgent: the whole agent process.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <grpcpp/security/credentials.h>

namespace specctl::agent {

struct AgentOptions {
  std::string controller_address;  // host:port; with parent_fd it comes through the pipe
  std::string join_token;
  std::optional<uint32_t> spawn_number;  // of a process that the controller started
  // How the controller is dialled; insecure on loopback is one value of it.
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  // The reading end of a pipe from the process that spawned this one, or -1.  One line, "address
  // token number", comes through it; when it closes, this process ends at once.
  int parent_fd = -1;
  std::string specctl_version;
};

// Joins, serves run after run and returns: 0 after it was dismissed, else 1 with the reason on
// stderr.
//
// SIGTERM drains this agent: in-flight requests get 10 s, all is delivered, and it returns 0 after
// that run's release.  Without a job, or at the second time, it ends at once.  SIGINT does the
// same, but is ignored by an agent that was spawned: Ctrl-C is for the controller, which drains its
// agents.  Called once, on the main thread.
int RunAgent(const AgentOptions& options);

}  // namespace specctl::agent
