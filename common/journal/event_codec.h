// Events as Protocol Buffers.  Only session/, api/ and journal/ folders use the generated types.
#pragma once

#include <absl/status/statusor.h>

#include "common/journal/batch_codec.h"
#include "common/journal/event.h"
#include "common/journal/spec_codec.h"
#include "specctl/v1/journal.pb.h"

namespace specctl {

v1::HostFacts HostFactsToProto(const HostFacts& host);
HostFacts HostFactsFromProto(const v1::HostFacts& host);
v1::Event EventToProto(const Event& event);
// DATA_LOSS where the event is of a kind, or has an enumeration value, that this version doesn't
// know; the field and the value are named.
absl::StatusOr<Event> EventFromProto(const v1::Event& event);

}  // namespace specctl
