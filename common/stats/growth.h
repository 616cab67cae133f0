// Growth: whether a level (requests that wait, requests in flight) rises throughout a stretch of
// time, so that there is no steady state.
#pragma once

#include <optional>
#include <span>

namespace specctl {

struct Growth {
  double from = 0, to = 0;  // the trend's level at the begin and at the end
  double p_value = 1;       // one-sided, of no growth
};

// The trend of a series of equal steps of time: 10 batches of it (as many values each as it goes),
// their slope by Theil and Sen (Sen, JASA 63, 1968) and Mann and Kendall's test, whose variance is
// inflated for what correlation the batches have around the trend (as series_error.h does; at most
// to 0.4).  By ranks, so that a peak counts
// no more than any other value.  nullopt for fewer than 20 values.
std::optional<Growth> TrendOf(std::span<const double> series);

// The trend where it rises: by `least` or more over the series, at a p-value of at most 1 %.
std::optional<Growth> FindGrowth(std::span<const double> series, double least);

}  // namespace specctl
