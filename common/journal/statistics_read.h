// StatisticsRead: what a server noted of its responses in files of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/engine/request_metrics_log.h"

namespace specctl {

// What a server noted of its responses in files of its own since the run began (SGLang's
// --export-metrics-to-file); read after the drain, in pieces whose counts add up.
struct StatisticsRead {
  std::string folder;
  uint64_t files = 0;  // that grew
  uint64_t undecodable_lines = 0;
  uint64_t torn_files = 0;  // whose last line had no end
  std::string error;        // not empty: not everything could be read
  std::vector<LoggedResponse> responses;
};

}  // namespace specctl
