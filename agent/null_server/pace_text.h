// What a null server prints: where it listens, and at its end how it kept its pace.
#pragma once

#include <optional>
#include <string_view>

#include "common/journal/null_server_report.h"

namespace specctl::agent {

// Of the last line of that form (PaceReport::Text of tools/sim) in `output`, which is all that the
// server printed; nullopt where there is none.
std::optional<NullServerReport> ParsePaceText(std::string_view output);

// The URL of its line "listening on URL", whole; nullopt where there is none.
std::optional<std::string_view> ParseListening(std::string_view output);

}  // namespace specctl::agent
