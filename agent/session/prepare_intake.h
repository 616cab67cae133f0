// PrepareIntake: the parts in which a slice comes, put together.
#pragma once

#include <optional>

#include <absl/status/statusor.h>

#include "common/workload/load_job.h"
#include "specctl/v1/session.pb.h"

namespace specctl::agent {

class PrepareIntake {
 public:
  // Takes a part; the job after the last one, nullopt before.
  // INVALID_ARGUMENT  what came makes no job: no rows, no target, a position's conversation missing
  // DATA_LOSS         an enumeration value of the spec that this version doesn't know
  absl::StatusOr<std::optional<LoadJob>> Take(v1::Prepare part);
  // Forgets the parts so far: the session was cut among them.
  void Reset();

 private:
  absl::Status Check() const;

  bool begun_ = false;
  absl::Status known_;  // of the first part
  LoadJob job_;
};

}  // namespace specctl::agent
