// JobCopy: the files of a job that goes on at a controller, as they arrive here.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "controller/api/control_client.h"

namespace specctl::cli {

// Of a run, or of a sweep.  Not thread-safe.
class JobCopy {
 public:
  virtual ~JobCopy() = default;

  // Bytes that are here of the files that grow, by path relative to the job's folder.
  virtual absl::StatusOr<std::map<std::string, uint64_t>> Held() = 0;
  // Takes what comes next of a file, and shows it.
  // DATA_LOSS  it does not follow what is here, or is of no file of such a job's
  // INTERNAL   it can't be written; the text names the file
  virtual absl::Status Take(const controller::FileBytes& bytes) = 0;
  // Takes away what is shown, so that other text may be written.
  virtual void ClearView() = 0;
};

}  // namespace specctl::cli
