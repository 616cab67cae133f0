// MetricsFolder: the folder in which an SGLang server writes what it noted of each response.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/journal/event.h"

namespace specctl::controller {

// The server writes a file for each hour, a line a response, while the run goes on: what was there
// before the run is not of it.  Files, lines and sizes are told from each other by place alone, so
// that the clocks of the two machines don't matter.  Blocks; of one thread at a time.
class MetricsFolder {
 public:
  // Notes what is there.  An empty folder is one: the server makes its first file with its first
  // response.
  // INVALID_ARGUMENT  no such folder, or it can't be listed; the text names it
  static absl::StatusOr<MetricsFolder> Open(const std::string& folder);

  // What has been written since Open(), of all hours: once two readings kEvery apart are the same,
  // or after kWaitMax.  In pieces of kResponsesMax responses, at least one; `error` of the last
  // says what could not be read.
  static constexpr int kWaitMaxMs = 2'000, kEveryMs = 200;
  static constexpr size_t kResponsesMax = 10'000;
  std::vector<StatisticsRead> ReadAppended() const;

 private:
  explicit MetricsFolder(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
  std::map<std::string, uint64_t> bytes_before_;  // by file name
};

}  // namespace specctl::controller
