// What is said of a figure in one place, and how it is read from results.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/figures/figure_set.h"
#include "common/figures/figure_value.h"

namespace specctl {

enum class FigureKind : uint8_t {
  kEstimate,      // a number with a 95 % interval, where one can be had
  kDistribution,  // of a value per request, chunk or read
  kGauge,         // mean and maximum over windows
  kCount,         // a number of things
  kRatio,         // a number that is no count, and has no interval: a share, a maximum
  kQualifier,     // a word or a flag on how the figures beside it were had: nothing to compare
};
std::string_view KindName(FigureKind kind);  // "estimate", ...

// Which way a figure is better.  Of how a load came out, or how a server did it, neither way is:
// adaptive verification raises TPS while it lowers the acceptance length.
enum class Better : uint8_t { kUp, kDown, kNeither };
std::string_view BetterName(Better better);  // "up", "down", "neither"

enum class Unit : uint8_t {
  kNone,  // qualifiers
  kMilliseconds,
  kTokens,
  kTokensPerSecond,
  kTokensPerStep,
  kTokensPerDraft,
  kPerSecond,
  kRequests,
  kSteps,
  kDrafts,
  kEvents,
  kChunks,
  kReads,
  kConnections,
  kServers,
  kBytes,
  kSeconds,
  kShare,  // 0..1
};
std::string_view UnitName(Unit unit);  // "ms", "tokens/s", ...; "" for kNone

struct FigureName {
  std::string_view key;    // as artifacts print it; unique within its table
  std::string_view label;  // as people read it
  Unit unit = Unit::kNone;
  FigureKind kind = FigureKind::kRatio;
  Better better = Better::kNeither;
};

// A figure of `Source`.
template <class Source>
struct FigureOf : FigureName {
  FigureValue (*read)(const Source& source) = nullptr;
};

// The parts of a FigureSet, as summary.json groups them.
enum class FigureGroup : uint8_t { kThroughput, kLatency, kLength, kAcceptance };

// Where the page prints a figure of the throughput or latency groups.
enum class PagePlace : uint8_t {
  kNowhere,
  kBeside,      // behind the row of the figure that it belongs to
  kRow,         // a row; of a missing figure with the reason
  kMainRow,     // and wherever other figures stand beside the headline's: "whole run"
  kRowIfLater,  // a row only where it is later than the TTFT: with reasoning before the answer
  kRowIfThere,  // a row only where it was asked for
};

// What a figure is computed from, and so why it may be missing.
enum class FigureNeed : uint8_t { kOkRequests, kTokensByTime, kTokensByChunk };

// A figure of a FigureSet.
struct FigureDefinition : FigureOf<FigureSet> {
  FigureGroup group = FigureGroup::kLatency;
  std::string_view short_label = {};  // where it stands behind or under the one it belongs to
  PagePlace page = PagePlace::kNowhere;
  FigureNeed need = FigureNeed::kOkRequests;
};

}  // namespace specctl
