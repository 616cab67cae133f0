#include "common/figures/figure_definition.h"

namespace specctl {

std::string_view KindName(FigureKind kind) {
  switch (kind) {
    case FigureKind::kEstimate:
      return "estimate";
    case FigureKind::kDistribution:
      return "distribution";
    case FigureKind::kGauge:
      return "gauge";
    case FigureKind::kCount:
      return "count";
    case FigureKind::kRatio:
      return "ratio";
    case FigureKind::kQualifier:
      break;
  }
  return "qualifier";
}

std::string_view BetterName(Better better) {
  switch (better) {
    case Better::kUp:
      return "up";
    case Better::kDown:
      return "down";
    case Better::kNeither:
      break;
  }
  return "neither";
}

std::string_view UnitName(Unit unit) {
  switch (unit) {
    case Unit::kMilliseconds:
      return "ms";
    case Unit::kTokens:
      return "tokens";
    case Unit::kTokensPerSecond:
      return "tokens/s";
    case Unit::kTokensPerStep:
      return "tokens/step";
    case Unit::kTokensPerDraft:
      return "tokens/draft";
    case Unit::kPerSecond:
      return "1/s";
    case Unit::kRequests:
      return "requests";
    case Unit::kSteps:
      return "steps";
    case Unit::kDrafts:
      return "drafts";
    case Unit::kEvents:
      return "events";
    case Unit::kChunks:
      return "chunks";
    case Unit::kReads:
      return "reads";
    case Unit::kServers:
      return "servers";
    case Unit::kConnections:
      return "connections";
    case Unit::kBytes:
      return "bytes";
    case Unit::kSeconds:
      return "s";
    case Unit::kShare:
      return "share";
    case Unit::kNone:
      break;
  }
  return "";
}

}  // namespace specctl
