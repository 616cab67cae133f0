// How a daemon writes its log.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Defines --log-format on `app`: text or json.
void AddLogFormat(CLI::App& app, std::string& format);

// From now on spdlog writes lines to stderr: "2026-11-30T10:31:55.123Z warning text", or JSON
// objects with the keys time, level and message.  What comes from elsewhere is made safe for a
// terminal.  `format`: "text" or "json".
void BeginDaemonLog(const std::string& format);

}  // namespace specctl::cli
