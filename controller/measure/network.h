// Network: whom Resolve() asks.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/status/statusor.h>

#include "controller/measure/fleet_fit.h"
#include "controller/probe/target_probe.h"
#include "controller/run/stop_token.h"
#include "controller/scrape/fetch_metrics.h"
#include "controller/scrape/name_lookup.h"

namespace specctl::controller {

// The fleet's machines and the targets; tests have one without sockets.
class Network {
 public:
  virtual ~Network() = default;

  // Where the agents run, or will.
  virtual const FleetFacts& Machines() const = 0;
  // Finds out what is at a target, waiting at most `wait` for it to be ready.  Blocks.
  // UNAVAILABLE, DEADLINE_EXCEEDED      nobody answers, or not in time
  // UNAUTHENTICATED, INVALID_ARGUMENT   it refuses the credentials, or has not got the model
  // FAILED_PRECONDITION                 nothing that can be measured is there
  virtual absl::StatusOr<TargetProbed> Probe(const ProbeInput& input, Nanos wait) = 0;
  // Clears the prefix cache of a target of that engine.  Blocks; errors as of FlushPrefixCache().
  virtual absl::Status FlushCache(const ProbeInput& input, std::string_view engine) = 0;
  // The text at a metrics URL.  Blocks; errors as of Fetch(), FAILED_PRECONDITION: no metrics.
  virtual absl::StatusOr<std::string> Metrics(const MetricsTarget& target,
                                              const FetchOptions& options) = 0;
  // What the host's name stands for, as this machine has it.  Blocks; errors as of NameLookup.
  virtual NameLookup::Addresses AddressesOf(const std::string& host) = 0;
};

// The real one, from this process.
class ProbingNetwork final : public Network {
 public:
  // `say` is told what is waited for; no longer once `stop` has a request.
  ProbingNetwork(FleetFacts fleet, std::function<void(std::string_view)> say, StopToken stop = {})
      : fleet_(std::move(fleet)), say_(std::move(say)), stop_(std::move(stop)) {}

  const FleetFacts& Machines() const override { return fleet_; }
  absl::StatusOr<TargetProbed> Probe(const ProbeInput& input, Nanos wait) override;
  absl::Status FlushCache(const ProbeInput& input, std::string_view engine) override;
  absl::StatusOr<std::string> Metrics(const MetricsTarget& target,
                                      const FetchOptions& options) override;
  NameLookup::Addresses AddressesOf(const std::string& host) override;

 private:
  const FleetFacts fleet_;
  const std::function<void(std::string_view)> say_;
  const StopToken stop_;
};

}  // namespace specctl::controller
