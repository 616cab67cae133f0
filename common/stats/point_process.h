// Tests of events in time: whether they come as the process that they are to be would have them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace specctl {

// Variance of the counts over their mean: 1 for a Poisson process whatever the length of the
// windows, below it for events more regular, above it for bursts (Fano factor; Cox and Lewis, The
// Statistical Analysis of Series of Events, 1966).  nullopt for fewer than two windows or a mean
// of 0.
std::optional<double> IndexOfDispersion(std::span<const uint64_t> counts);

// The range that the index of dispersion of a Poisson process lies in with 95 % probability, over
// so many windows: chi square with windows - 1 degrees of freedom over these, by Wilson and
// Hilferty's approximation.  `windows` >= 2.
struct DispersionRange {
  double low = 0, high = 0;
};
DispersionRange PoissonDispersion(uint64_t windows);

// Kolmogorov and Smirnov's test of one sample against a distribution that is known, its parameters
// too.
struct GoodnessOfFit {
  double distance = 0;  // largest difference between the two distribution functions, 0..1
  double p_value = 0;   // of a distance as large or larger, by Stephens' approximation (1970)
};
// `cumulative`: the distribution's function.  Sorts `values`; nullopt where there are fewer than 5.
std::optional<GoodnessOfFit> FitTo(std::vector<double> values,
                                   const std::function<double(double)>& cumulative);

}  // namespace specctl
