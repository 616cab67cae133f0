// RunSpec as a Protocol Buffer, for the journal and the session.
#pragma once

#include "common/workload/run_spec.h"
#include "specctl/v1/run.pb.h"

namespace specctl {

v1::RunSpec SpecToProto(const RunSpec& spec);
// Requires what CheckEnums() (enum_check.h) has passed.
RunSpec SpecFromProto(const v1::RunSpec& spec);

}  // namespace specctl
