// RequestComposer: the bytes of each request of a run.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/engine/engine_profile.h"
#include "common/engine/request_body.h"
#include "common/net/url.h"
#include "common/workload/load_job.h"

namespace specctl::agent {

// Pure; immutable after Create().
class RequestComposer {
 public:
  // INVALID_ARGUMENT naming the flag, header or target at fault.
  static absl::StatusOr<RequestComposer> Create(const LoadJob& job);

  struct Request {
    uint32_t target = 0;  // index into job.targets
    uint64_t position = 0;
    uint32_t turn = 0;
    const WorkloadItem* item = nullptr;
    std::span<const Message> messages;  // the whole history, this turn's own last
  };
  struct Composed {
    std::string bytes;  // the whole HTTP request, "X-Request-Id: <run id>-<position>.<turn>" too
    std::optional<uint64_t> max_tokens;  // as it has it; absent: not as a number
    bool trust_usage = true;             // of the response, on its chunks
  };
  // INVALID_ARGUMENT where the conversation's extra fields or messages can't be sent.
  absl::StatusOr<Composed> Compose(const Request& request) const;

 private:
  struct PerTarget {
    Url url;
    bool continuous_usage = false;
    bool stream_options = true;
    bool trust_usage = true;
    std::unique_ptr<EngineProfile> profile;  // what the target was found to take
    RequestBodyWriter writer;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  RequestComposer() = default;

  std::string run_id_;
  std::string path_;
  std::vector<PerTarget> targets_;
};

}  // namespace specctl::agent
