// What an agent is told of a server that takes all that vLLM takes.
#pragma once

#include <string>

#include "common/engine/engine_profile.h"
#include "common/workload/load_job.h"

namespace specctl::fakes {

inline TargetJob VllmJob(const std::string& url) {
  const RequestDialect dialect = {.stream_fields = StreamFields(VllmProfile().requests)};
  return {.url = url, .dialect = EncodeDialect(dialect), .model = "", .authorization = ""};
}

}  // namespace specctl::fakes
