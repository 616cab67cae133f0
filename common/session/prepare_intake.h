// PrepareIntake: the parts in which a job comes, put together.
#pragma once

#include <optional>

#include <absl/status/statusor.h>

#include "common/session/controller_messages.h"
#include "common/workload/load_job.h"

namespace specctl {

class PrepareIntake {
 public:
  // Takes a part; the job after the last one, nullopt before.
  // INVALID_ARGUMENT  what came makes no job: no head, no rows, no target, or the conversation of a
  //                   position is missing
  absl::StatusOr<std::optional<LoadJob>> TakePart(PreparePart part);
  // Forgets the parts so far: the session was cut among them.
  void Reset();

 private:
  absl::Status CheckJob() const;

  bool has_head_ = false;
  LoadJob job_;
};

}  // namespace specctl
