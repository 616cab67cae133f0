// Whether this version knows every enumeration value of a message from outside.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

namespace specctl {

// To be asked of every message from a file or a peer before it is read as a value: Protocol Buffers
// keep a number that their schema lacks, and no native enumeration has a place for it.
//
// DATA_LOSS  a field, at any depth, has such a number: "finished[3].outcome: got 9, ..."
// An absent value (zero) is known.  Messages that can't have enumerations are not walked, so the
// cost is that of the fields of this kind.  Any thread.
absl::Status CheckEnums(const google::protobuf::Message& message);

}  // namespace specctl
