// Enumerations as Protocol Buffers: the wire's zero is "unspecified", so value k is k + 1 there.
#pragma once

#include <algorithm>

namespace specctl {

template <class Proto, class Native>
Proto EnumToProto(Native value) {
  return static_cast<Proto>(static_cast<int>(value) + 1);
}

// Unspecified reads as the first value.  Requires what CheckEnums() (enum_check.h) has passed.
template <class Native, class Proto>
Native EnumFromProto(Proto value) {
  return static_cast<Native>(std::max(static_cast<int>(value), 1) - 1);
}

}  // namespace specctl
