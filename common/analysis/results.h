// Results: every figure of a run, as the fold of its journal gives it.  docs/metrics.md defines
// each.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/analysis/load_left.h"
#include "common/analysis/request_books.h"
#include "common/analysis/verdict_types.h"
#include "common/figures/agent_figures.h"
#include "common/figures/arrival_figures.h"
#include "common/figures/dimension.h"
#include "common/figures/figure_set.h"
#include "common/figures/reconciliation.h"
#include "common/figures/server_figures.h"
#include "common/figures/stage.h"
#include "common/figures/window_values.h"
#include "common/journal/event.h"
#include "common/journal/journal_loss.h"
#include "common/stats/quantiles.h"

namespace specctl {

// The requests that have one value, `key`, in a dimension.
struct SliceFigures {
  Dimension by = Dimension::kCategory;
  std::string key;
  Conservation conservation;
  uint64_t output_tokens = 0, input_tokens = 0;
  // Its tokens over the length of the run: those of a dimension's slices add up to the run's.
  std::optional<double> whole_run_output_tps;
  FigureSet figures;  // without throughput
};

// The ok requests of one target and model that share a category or tier, over the whole run but its
// ramp and warm-up, where a warm-up was asked for.
struct CrossCell {
  uint32_t target = 0;
  std::string model;            // as the requests name it; empty: they name none
  std::optional<Dimension> by;  // kCategory or kTier; nullopt: all of them
  std::string key;
  uint64_t requests = 0;
  std::optional<AcceptanceFigures> acceptance;
  // Mean over those of the headline; requests of which it is known.
  std::optional<double> user_tps_mean;
  uint64_t user_tps_requests = 0;
};

// What grew throughout the hold.
enum class GrowingLevel : uint8_t { kWaiting, kInFlight };
struct HoldGrowth {
  GrowingLevel level = GrowingLevel::kWaiting;
  double from = 0, to = 0;  // requests, at the hold's begin and end
};

// One second of the run, counted from T0.
struct WindowFigures : WindowValues {
  int64_t start_s = 0;
  Stage stage = Stage::kRamp;
  VerdictState verdict = VerdictState::kValid;
  std::vector<ReasonCode> reasons;
  std::vector<Label> labels;
};

struct Results {
  RunSpec spec;
  std::vector<std::string> notes;
  std::vector<TargetProbed> targets;
  std::vector<AgentFigures> agents;
  int64_t begun_unix_ns = 0;
  std::optional<int64_t> t0_unix_ns;
  RunEnded end;
  bool ended = false;  // the journal has its RunEnded
  // What of the journal's file was lost; set by whoever reads the file, not the fold.
  uint64_t journal_torn_bytes = 0;  // cut off its end
  JournalDamage journal_damage;     // before its end

  Verdict verdict;
  // The hold [s since T0]; absent: no hold, the whole run's figures are the headline.
  struct Hold {
    double start_s = 0, length_s = 0;
    uint64_t windows = 0, requests_begun = 0;
    uint64_t requests_unfinished = 0;  // of these, in flight where it ended
    uint64_t windows_left_out = 0;     // invalid ones, of which the headline knows nothing
  };
  std::optional<Hold> hold;
  // Where agents were lost and the run went on: what load was offered from when on.
  std::vector<LoadLeft> load_left;
  std::optional<HoldGrowth> growth;  // present: the hold is no steady state
  bool headline_is_whole_run = false;
  double run_length_s = 0;  // T0 to the last end of a request

  Conservation conservation;                  // of the whole run
  TokenTotals tokens;                         // of the whole run, all outcomes
  TokenBooks token_books, whole_token_books;  // of the headline's requests, and of all
  // Too many of the hold's tokens can't be given to chunks: its TPS, ITL and User TPS are withheld.
  bool tokens_withheld = false;
  // The hold's, or the whole run's (label short_hold); without lengths.
  FigureSet headline;
  // The hold's with the windows that were left out; absent where none was.  Throughput and latency.
  std::optional<FigureSet> with_invalid;
  FigureSet whole_run;
  // Chunk-derived, of the headline's requests, where its acceptance has a better source; for
  // comparison.
  std::optional<AcceptanceFigures> acceptance_from_chunks;
  // By the servers' counters, over the whole run; for comparison.
  std::optional<AcceptanceFigures> acceptance_of_counters;
  std::vector<TargetAcceptance> acceptance_sources;  // by target
  std::optional<Reconciliation> reconciliation;      // absent where nothing speculates
  std::optional<LoggedFigures> logged;               // absent: no files were read
  std::vector<TargetNetwork> networks;               // by target, of those that were measured
  std::optional<StartSkew> start_skew;               // absent with one agent
  std::optional<ArrivalFigures> arrivals;            // of an open loop

  std::optional<ServerFigures> servers;  // absent where nothing was scraped
  std::vector<ScrapeFailure> metrics_failures;
  std::vector<SliceFigures> slices;
  std::vector<CrossCell> cells;  // for tables over runs (cross_cells.h)
  std::vector<WindowFigures> windows;
  std::vector<FailureCause> failures;  // most frequent first
  ResponseOddities oddities;
  Outages outages;
};

}  // namespace specctl
