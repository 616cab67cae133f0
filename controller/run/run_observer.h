// Who looks on while a run goes on.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/analysis/run_fold.h"

namespace specctl::controller {

// What there is to see at one moment.
struct RunSnapshot {
  std::string run_id;
  LiveFigures figures;
  // Time left of ramp, warm-up and --duration; nullopt without a --duration.
  std::optional<double> duration_left_s;
  // Of --until: how precise the figures are (PrecisionWatch::text), and in how long they will
  // probably be precise enough.
  std::string precision;
  std::optional<double> precise_in_s;
};

// Called on the run's thread, so it must not block for long.  A snapshot never changes: it may be
// kept, and shared by any number of threads.
class RunObserver {
 public:
  virtual ~RunObserver() = default;

  // At most four times a second.
  virtual void OnSnapshot(std::shared_ptr<const RunSnapshot> snapshot) = 0;
  // The run has ended; no snapshot follows.
  virtual void OnEnd() = 0;
};

}  // namespace specctl::controller
