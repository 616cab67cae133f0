// Why a request was not ok, in the few words that a table of failures has room for.
#pragma once

#include <string>

#include "common/journal/event.h"

namespace specctl {

// E.g. "503", "error event", "idle for too long".  Few different texts, whatever servers say.
std::string FailureText(const RequestFinished& finish);

}  // namespace specctl
