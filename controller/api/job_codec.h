// Job as a Protocol Buffer, for the wire and for the daemon's folder.
#pragma once

#include <absl/status/statusor.h>

#include "controller/api/job.h"
#include "specctl/v1/control.pb.h"

namespace specctl::controller {

v1::Job EncodeJob(const Job& job);
// INVALID_ARGUMENT  its id is none (IsJobId)
// DATA_LOSS         an enumeration value that this version doesn't know
absl::StatusOr<Job> DecodeJob(const v1::Job& job);

}  // namespace specctl::controller
