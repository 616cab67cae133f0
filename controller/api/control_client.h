// ControlClient: a controller's daemon, as the command line asks it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <grpcpp/security/credentials.h>

#include "controller/api/job.h"
#include "controller/api/order_codec.h"
#include "controller/api/sweep_order.h"
#include "controller/fleet/fleet_member.h"

namespace specctl::controller {

// An order as it is sent.
struct PackedOrder {
  std::string gzip;
  std::string sha256;
};
PackedOrder PackOrder(const MeasureRequest& request);
PackedOrder PackOrder(const SweepOrder& order);

// Bytes of a file of a job's, as they come; control.proto says which, and in which order.
struct FileBytes {
  std::string_view path;  // relative to the job's folder
  uint64_t offset = 0;
  uint64_t whole_bytes = 0;  // of one that is sent anew each time; 0: it grows
  std::string_view data;
};

// Blocks; each call is an attempt of its own, and may be repeated.  Errors are the controller's
// own; UNAVAILABLE: it is not reached, or the connection broke.  All name the controller's address.
// Thread-safe.
class ControlClient {
 public:
  // `address`: host:port or dns:///host:port.
  ControlClient(std::string address, std::shared_ptr<grpc::ChannelCredentials> credentials);
  ~ControlClient();

  const std::string& address() const { return address_; }

  // Whether the controller is connected to, within `patience`; for who waits to ask again: between
  // calls nothing else dials.
  bool AwaitConnection(Nanos patience);

  // `job`: id, kind, command, submitter, specctl_version, wait_agents.
  absl::StatusOr<Job> Submit(Job job, const OrderSecrets& secrets, const PackedOrder& order);

  struct Watcher {
    std::function<void(const Job&)> on_job;
    std::function<bool(const FileBytes&)> on_file;  // false: enough
  };
  // Follows the job until it is over; where not to `follow`: as far as it is now.  `held`: bytes of
  // its journals that need not come, by path.  OK: `on_job` has had the job as it is then.
  absl::Status Watch(const std::string& job_id, const std::map<std::string, uint64_t>& held,
                     bool follow, const Watcher& watcher);
  // Breaks off a Watch() that is going on, which returns CANCELLED; any thread.
  void StopWatching();

  absl::StatusOr<std::vector<Job>> List();
  absl::StatusOr<Job> Cancel(const std::string& job_id, bool at_once);
  absl::Status Remove(const std::string& job_id);
  absl::StatusOr<std::vector<FleetMember>> Agents();

 private:
  struct Connection;

  absl::Status Named(const grpc::Status& status) const;

  const std::string address_;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace specctl::controller
