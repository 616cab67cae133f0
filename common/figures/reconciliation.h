// Reconciliation: the same counts of the whole run by three sources, side by side.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/figures/name_table.h"

namespace specctl {

// What is counted; the last two are lengths made of the counts before them.
enum class ReconciledRow : uint8_t {
  kTokens,
  kSteps,
  kDrafts,
  kDraftedTokens,
  kAcceptedTokens,
  kPerStep,
  kPerDraft,
  kEnd,
};
inline constexpr size_t kReconciledRows = static_cast<size_t>(ReconciledRow::kEnd);

// Who counted it: the client by arrivals, the servers' metrics, the servers in each response.
enum class ReconciledSource : uint8_t { kChunks, kCounters, kPerRequest, kEnd };
inline constexpr size_t kReconciledSources = static_cast<size_t>(ReconciledSource::kEnd);

std::string_view ReconciledRowName(ReconciledRow row);           // "tokens", "steps", ...
std::string_view ReconciledSourceName(ReconciledSource source);  // "chunks", ...

struct Reconciliation {
  // nullopt: the source does not tell it.
  using Values = std::array<std::optional<double>, kReconciledSources>;

  // A source that differs from the one it is held against.
  struct Difference {
    ReconciledRow row = ReconciledRow::kTokens;
    std::optional<size_t> position;  // of accept_rates; nullopt: `row`
    ReconciledSource source = ReconciledSource::kChunks;
    ReconciledSource against = ReconciledSource::kCounters;
    double value = 0;                  // `source` less `against`
    std::vector<std::string> reasons;  // what may explain it
    bool expected = true;              // they explain all of it, or it is within what is inferred
  };

  std::array<Values, kReconciledRows> rows;
  // By position: drafts with so many tokens accepted / drafts.  Chunks tell it where every step has
  // a draft.
  std::vector<Values> accept_rates;
  std::vector<Difference> differences;  // by row, then by position
  // Why the counters are not a source; empty: they are, or nothing was to be scraped.
  std::string counters_left_out;

  const Values& Of(ReconciledRow row) const { return rows[static_cast<size_t>(row)]; }
  Values& Of(ReconciledRow row) { return rows[static_cast<size_t>(row)]; }
};

}  // namespace specctl
