// Ends a run that only measures errors.
#pragma once

#include <cstdint>
#include <string>

#include "common/journal/event.h"

namespace specctl::controller {

// Counts the requests that ended by themselves: ok, failed, timed out.  Pure.
class FailureLimit {
 public:
  // Checked from max(wave_requests, 10) ended requests on.
  FailureLimit(uint64_t wave_requests, double failed_share_max);

  void CountBatch(const AgentBatch& batch);
  // More than the share allowed has failed or timed out, of enough requests.
  bool Exceeded() const;
  // The same for a run that is over: requests are enough as well where not one was ok.
  bool ExceededAtEnd() const;
  // E.g. "11 of 20 requests failed or timed out (55 %), more than --max-failed 10 %; the last:
  // http://a:8000: connection refused".
  std::string Text() const;

 private:
  double Share() const;

  const uint64_t ended_min_;
  const double failed_share_max_;
  uint64_t ended_ = 0, failed_ = 0;
  std::string last_error_;
};

}  // namespace specctl::controller
