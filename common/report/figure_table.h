// The page's table of throughput and latencies.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/analysis/results.h"
#include "common/figures/statistic.h"

namespace specctl {

// Columns that the acceptance block under the table shares with it.
inline constexpr size_t kNameColumns = 20;      // left
inline constexpr size_t kValueColumns = 9;      // right
inline constexpr size_t kIntervalColumns = 20;  // left, 3 spaces before it

// "name   value   low .. high", the interval empty where there is none.
std::string FigureStart(std::string_view name, std::string_view value, std::string_view interval);
// "21,800 .. 22,020"; empty where the estimate has no interval.
std::string IntervalText(const Estimate& estimate, std::string (*number)(double));

// The table, with a "-" and the reason in place of a figure that is missing.  `columns` are the
// statistics of distributions; none: the usual ones, for rates and for latencies their own.
std::string FigureTable(const Results& results, std::span<const Statistic* const> columns = {});

}  // namespace specctl
