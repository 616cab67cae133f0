// Request fields that --extra-inputs gives.
#pragma once

#include <string>
#include <vector>

#include <absl/status/status.h>

#include "controller/measure/measure_request.h"
#include "tools/request/request_flags.h"

namespace specctl::cli {

// Merges the flag's texts ("k:v", or a JSON object) into one object, the later value of a key
// overriding the earlier one.  Of a field that a flag of its own gives (model, max_tokens and
// max_completion_tokens, of /generate max_new_tokens, temperature, ignore_eos) the request, and so
// the artifacts, say the same as the requests; those flags have been applied.
//
// INVALID_ARGUMENT "--extra-inputs: ..." where a value is neither form, such a field has a value
// that its flag would refuse, or its flag is given too and says otherwise.
absl::Status TakeExtraInputs(const std::vector<std::string>& texts, const RequestFlags& flags,
                             controller::MeasureRequest& request);

}  // namespace specctl::cli
