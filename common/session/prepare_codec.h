// PreparePart as a Protocol Buffer.
#pragma once

#include "common/session/controller_messages.h"

namespace specctl {
namespace v1 {
class Prepare;
}  // namespace v1

v1::Prepare EncodePrepare(const PreparePart& part);
// Requires what CheckEnums() (enum_check.h) has passed.
PreparePart DecodePrepare(v1::Prepare part);

}  // namespace specctl
