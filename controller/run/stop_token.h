// How a run is asked to end.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace specctl::controller {

// Who asked first.
enum class StopCause : uint8_t { kUser, kControllerEnds };

// Counts requests to end: the first lets a run drain, the second ends it at once.  A copy tells of
// the same requests; one made without a source never has any.  Thread-safe.
class StopToken {
 public:
  StopToken() = default;
  // `cause`: set before the first request; nullptr: the user.
  explicit StopToken(std::shared_ptr<const std::atomic<uint32_t>> requests,
                     std::shared_ptr<const std::atomic<StopCause>> cause = nullptr)
      : requests_(std::move(requests)), cause_(std::move(cause)) {}

  uint32_t requests() const { return requests_ == nullptr ? 0 : requests_->load(); }
  StopCause cause() const { return cause_ == nullptr ? StopCause::kUser : cause_->load(); }

 private:
  std::shared_ptr<const std::atomic<uint32_t>> requests_;
  std::shared_ptr<const std::atomic<StopCause>> cause_;
};

}  // namespace specctl::controller
