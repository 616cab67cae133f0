// Growth of counters over successive scrapes, resets included.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace specctl {

// Growth of one series.  A counter that falls was reset (its process restarted): the growth goes on
// from 0, so what was counted between the last scrape and the restart is lost, and `resets` says
// so.
//
// Behind an address that alternates between servers, values of several counters are mixed: after a
// fall the value comes back to where it was, and the next fall leads back to the lower counter,
// which went on meanwhile.  After a restart counting begins anew, so it does not; but four falls,
// each to no less than the one before and after the height was reached again, are no restarts.
class CounterSeries {
 public:
  // `value`: the counter at a scrape.  NaN, infinite and negative values are passed over.  Growth
  // counts from the first value; so for a series that an earlier scrape of its target did not have
  // (engines create some at the first event) observe 0 first.
  // `after_failure`: the scrape before has failed, so a fall is likelier to be a restart.
  void Observe(double value, bool after_failure = false);
  double growth() const { return growth_; }
  uint32_t resets() const { return resets_; }
  std::optional<double> last() const { return last_; }
  // More than one counter's values, as far as can be told.
  bool alternates() const { return alternates_; }

 private:
  void OnFall(double value, bool after_failure);

  std::optional<double> last_;
  double growth_ = 0;
  uint32_t resets_ = 0;
  double high_ = 0;       // from where it fell, at most
  double landing_ = 0;    // where to
  double low_ = 0;        // the last value below `high_`, once it has fallen
  bool is_back_ = false;  // at `high_` or above since it fell
  uint32_t falls_alike_ = 0;
  bool alternates_ = false;
};

}  // namespace specctl
