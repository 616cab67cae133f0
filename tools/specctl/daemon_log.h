// How a daemon writes its log.
#pragma once

#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Defines --log-format on `app`: text or json.
void AddLogFormat(CLI::App& app, std::string& format);

// Tells what a daemon's user should know: "WHO: TEXT" on stderr, or where `format` is "json" an
// object of the log, which has begun.
void TellDaemonsUser(std::string_view who, const std::string& text, const std::string& format);

// From now on spdlog writes lines to stderr: "2026-11-30T10:31:55.123Z warning text", or JSON
// objects with the keys time, level and message.  What comes from elsewhere is made safe for a
// terminal.  `format`: "text" or "json".
void BeginDaemonLog(const std::string& format);

}  // namespace specctl::cli
