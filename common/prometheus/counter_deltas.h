// Growth of counters over successive scrapes, resets included.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace specctl {

// Growth of one series.  A counter that falls was reset (its process restarted): the growth goes on
// from 0, so what was counted between the last scrape and the restart is lost, and `resets` says
// so.
class CounterSeries {
 public:
  // `value`: the counter at a scrape.  NaN, infinite and negative values are passed over.  Growth
  // counts from the first value; so for a series that an earlier scrape of its target did not have
  // (engines create some at the first event) observe 0 first.
  void Observe(double value);
  double growth() const { return growth_; }
  uint32_t resets() const { return resets_; }

 private:
  std::optional<double> last_;
  double growth_ = 0;
  uint32_t resets_ = 0;
};

}  // namespace specctl
