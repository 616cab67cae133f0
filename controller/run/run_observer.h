// Who looks on while a run goes on.
#pragma once

#include <cstdint>
#include <memory>

#include "controller/run/run_snapshot.h"

namespace specctl::controller {

// Called on the run's thread, so it must not block for long.  A snapshot never changes: it may be
// kept, and shared by any number of threads.
class RunObserver {
 public:
  virtual ~RunObserver() = default;

  // At most four times a second.
  virtual void OnSnapshot(std::shared_ptr<const RunSnapshot> snapshot) = 0;
  // So much of the journal is on disk, in bytes.
  virtual void OnDurable(uint64_t /*journal_bytes*/) {}
  // The run has ended; no snapshot follows.
  virtual void OnEnd() = 0;
};

}  // namespace specctl::controller
