// Request fields that --extra-inputs gives.
#pragma once

#include <absl/status/statusor.h>

#include "tools/specctl/run_request.h"

namespace specctl::cli {

// Merges the flag's values ("k:v", or a JSON object) into one object, the later value of a key
// overriding the earlier one.  Of a field that a flag of its own gives (model, max_tokens and
// max_completion_tokens, temperature, ignore_eos) the request, and so the artifacts, say the same
// as the requests.
//
// INVALID_ARGUMENT "--extra-inputs: ..." where a value is neither form, such a field has a value
// that its flag would refuse, or its flag is given too and says otherwise.
absl::Status TakeExtraInputs(const RunFlags& flags, controller::MeasureRequest& request);

}  // namespace specctl::cli
