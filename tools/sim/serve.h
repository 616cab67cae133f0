// What the processes of both kinds of server have in common: limits, the send log, the
// announcement.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "tools/sim/send_log.h"
#include "tools/sim/sim_options.h"

namespace specctl::sim {

// Prints a line "listening on URL" for each, and writes them to `port_file` unless it is empty.
// PERMISSION_DENIED  `port_file` can't be written
absl::Status AnnounceUrls(const std::vector<std::string>& urls, const std::string& port_file);

// As many open files as the system permits.
void RaiseOpenFilesLimit();

// Serves until a signal.  `Server(options, send_log or nullptr)` has Listen(), which announces, and
// Run().
// PERMISSION_DENIED, DATA_LOSS  the send log can't be written, or is not complete
template <typename Server>
absl::Status Serve(const SimOptions& options) {
  RaiseOpenFilesLimit();
  std::optional<SendLog> log;
  if (!options.send_log.empty()) {
    absl::StatusOr<SendLog> opened = SendLog::Open(options.send_log);
    if (!opened.ok()) return opened.status();
    log.emplace(*std::move(opened));
  }
  Server server(options, log ? &*log : nullptr);
  if (absl::Status listening = server.Listen(); !listening.ok()) return listening;
  server.Run();
  return log ? log->Flush() : absl::OkStatus();
}

}  // namespace specctl::sim
