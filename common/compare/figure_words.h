// Compared figures in words and numbers, as page and Markdown print them.
#pragma once

#include <string>

#include "common/compare/compared_figures.h"

namespace specctl {

// "TTFT ms p99"; of an estimate its label alone.
std::string StatisticLabel(const ComparedFigure& figure, const ComparedStatistic& statistic);

// "1,204", or "-" where the run lacks it.
std::string ValueText(const std::optional<Measured>& measured);

// "+266 (+250 .. +282)", "1.108 (1.10 .. 1.12)"; without an interval the value alone; "" where
// absent.
std::string DifferenceText(const ComparedStatistic& statistic);
std::string RatioText(const ComparedStatistic& statistic);

// "better", "no difference", ...; "" where nothing can be said.
std::string FindingText(Finding finding);

}  // namespace specctl
