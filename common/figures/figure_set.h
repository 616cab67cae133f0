// FigureSet: the figures of one set of requests and windows.
#pragma once

#include <optional>

#include "common/figures/figure_types.h"

namespace specctl {

// The headline, the whole run and each slice has one; what was not computed is absent.  Every
// writer goes over the catalogue's entries (catalogue.h), none over these fields.
struct FigureSet {
  ThroughputFigures throughput;
  LatencyFigures latency;
  LengthFigures length;
  std::optional<AcceptanceFigures> acceptance;
};

}  // namespace specctl
