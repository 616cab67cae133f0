// AgentBatch as a Protocol Buffer, for the session and the journal.
#pragma once

#include "common/journal/event.h"
#include "specctl/v1/journal.pb.h"

namespace specctl {

v1::AgentBatch ToProto(const AgentBatch& in);
// Requires what CheckEnums() (enum_check.h) has passed.
AgentBatch FromProto(const v1::AgentBatch& in);

}  // namespace specctl
