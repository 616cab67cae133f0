// RequestComposer: the bytes of each request of a run.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

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
  // The target closes the connection after a stream, whatever the response's head says.
  bool ClosesAfterStream(uint32_t target) const {
    return targets_[target].dialect.closes_after_stream;
  }
  // INVALID_ARGUMENT where the conversation's extra fields or messages can't be sent.
  absl::StatusOr<Composed> Compose(const Request& request) const;

 private:
  struct PerTarget {
    Url url;
    RequestDialect dialect;
    RequestBodyWriter writer;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  RequestComposer() = default;

  std::string run_id_;
  std::string path_;
  std::vector<PerTarget> targets_;
};

}  // namespace specctl::agent
