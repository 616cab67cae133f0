// StopAtOnce: a run that nobody watches, and that the first request to end ends at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "controller/run/run_observer.h"
#include "controller/run/stop_token.h"

namespace specctl::cli {

// Watches `asked` for the run, four times a second: a single request would let the run drain.
class StopAtOnce final : public controller::RunObserver {
 public:
  explicit StopAtOnce(controller::StopToken asked) : asked_(std::move(asked)) {}

  // The run's.
  controller::StopToken token() const { return controller::StopToken(requests_); }

  void OnSnapshot(std::shared_ptr<const controller::RunSnapshot>) override {
    if (asked_.requests() > 0) requests_->store(kAtOnce);
  }
  void OnEnd() override {}

 private:
  static constexpr uint32_t kAtOnce = 2;

  const controller::StopToken asked_;
  const std::shared_ptr<std::atomic<uint32_t>> requests_ =
      std::make_shared<std::atomic<uint32_t>>(0);
};

}  // namespace specctl::cli
