// Replica: one simulated server, with a listening socket and an engine of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <absl/status/status.h>
#include <boost/asio/ip/tcp.hpp>

#include "common/base/task_group.h"
#include "tools/sim/engine.h"
#include "tools/sim/flavour.h"
#include "tools/sim/send_log.h"
#include "tools/sim/sim_options.h"

namespace specctl::sim {

class Connection;
using ServerSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

// What a replica did.
struct ReplicaTotals {
  uint64_t connections = 0;
  uint64_t inference_requests = 0;
  uint64_t faults = 0;
};

// Single-threaded.  Lifetime: Join() must have returned before destruction.
class Replica {
 public:
  // What a replica does to itself in mid-run.
  enum class End { kDie, kSilent };

  // `options` and `log` (may be null) must outlive the replica.
  Replica(Executor executor, const SimOptions& options, SendLog* log);
  ~Replica();

  // Binds `port` (0: the kernel chooses) and listens, but where every connection is to be refused.
  // INVALID_ARGUMENT  the host is no address
  // UNAVAILABLE       the port is taken or not permitted
  absl::Status Listen(uint16_t port);
  std::string url() const;
  uint16_t port() const;

  // Accepts and serves until Stop().
  void Start();
  void Stop();
  Task<void> Join() { return tasks_.Join(); }

  const SimOptions& options() const { return options_; }
  Flavour& flavour() { return *flavour_; }
  const FaultPlan& faults() const { return faults_; }
  const ReplicaTotals& totals() const { return totals_; }
  Engine& engine() { return engine_; }
  SendLog* log() { return log_; }

  // The number of the inference request that has just been read, from 0.
  uint64_t BeginInference();
  void CountFault() { ++totals_.faults; }

  // When to come to an end by itself, and how; set for the first replica only.
  void EndAfter(Nanos delay, End end);
  void SetOnDead(std::function<void()> on_dead) { on_dead_ = std::move(on_dead); }
  void Forget(const Connection* connection) { connections_.erase(connection); }

 private:
  Task<void> Accept();
  Task<void> EndLater();
  void Welcome(ServerSocket socket);

  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
  Executor executor_;
  const SimOptions& options_;
  SendLog* const log_;
  Engine engine_;
  std::unique_ptr<Flavour> flavour_;
  FaultPlan faults_;
  Acceptor acceptor_;
  ReplicaTotals totals_;
  std::optional<std::pair<Nanos, End>> end_after_;
  std::function<void()> on_dead_;
  std::unordered_map<const Connection*, std::weak_ptr<Connection>> connections_;
  TaskGroup tasks_;
};

}  // namespace specctl::sim
