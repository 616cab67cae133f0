// How far the mean of a series in time order may be off whose neighbours are alike.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace specctl {

// 1 + 2 x the sum of the autocorrelations, in values: of how many values in a row one independent
// value is worth.  The sum ends at the first lag that is 5 times the time so far (Sokal, Monte
// Carlo Methods in Statistical Mechanics, 1996), at a third of the series at the latest; each
// autocorrelation is corrected for its bias by 1 / n.  At least 1; 1 where nothing varies.
double IntegratedAutocorrelationTime(std::span<const double> series);

struct SeriesError {
  double standard_error = 0;  // of the mean
  double degrees = 3;         // of freedom of Student's t; 3 at least
  size_t batch = 1;           // values in a batch
  size_t batches = 0;
  // The variance of the mean is so many times what the batches would show if they were independent:
  // (1 + r) / (1 - r), r being their first autocorrelation.
  double inflation = 1;
};

// By the method of batch means (Law, Simulation Modeling and Analysis, 9.5.3): the batch is as long
// as the integrated autocorrelation time, and longer where there would be more than `batches_max`
// of them, but never so long that fewer than 8 remain.  What correlation is left between batches
// (corrected for its bias, Kendall, Biometrika 41, 1954; less 0.3 of its standard error, so that
// independent batches are seldom taken for dependent ones) inflates the variance as that of a
// first-order autoregression, and takes degrees of freedom away.
//
// nullopt for fewer than kSeriesMin values.  Values left over by whole batches are in none.
inline constexpr size_t kSeriesMin = 5;
inline constexpr size_t kBatchesMax = 60;
std::optional<SeriesError> ErrorOfSeriesMean(std::span<const double> series,
                                             size_t batches_max = kBatchesMax);

}  // namespace specctl
