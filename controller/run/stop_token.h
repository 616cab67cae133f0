// How a run is asked to end.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace specctl::controller {

// Counts requests to end: the first lets a run drain, the second ends it at once.  A copy tells of
// the same requests; one made without a source never has any.  Thread-safe.
class StopToken {
 public:
  StopToken() = default;
  explicit StopToken(std::shared_ptr<const std::atomic<uint32_t>> requests)
      : requests_(std::move(requests)) {}

  uint32_t requests() const { return requests_ == nullptr ? 0 : requests_->load(); }

 private:
  std::shared_ptr<const std::atomic<uint32_t>> requests_;
};

}  // namespace specctl::controller
