// What of a row could be read in two ways; internal to the row decoder (needs simdjson).
#pragma once

#include <absl/status/status.h>
#include <simdjson.h>

namespace specctl {

// INVALID_ARGUMENT  a key that is read, at any depth, stands twice in its object with values that
//                   differ; the user's own keys may
absl::Status CheckKeys(simdjson::dom::object row);

// INVALID_ARGUMENT  the row has several of messages, turns, prompt, text and conversations, and not
//                   all of those that hold anything begin with the same text of a user
absl::Status CheckOneText(simdjson::dom::object row);

}  // namespace specctl
