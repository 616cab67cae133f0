// Sweep: what a grid of runs was to measure and what it did; `specctl sweep` writes it, `specctl
// plan` reads it.  docs/planning.md documents its file, sweep.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/planning/load_level.h"
#include "common/planning/point_measurement.h"

namespace specctl {

// One set-up of servers, under the name that --target gave it.
struct SweepTarget {
  std::string name;
  std::vector<std::string> urls;
  std::optional<uint32_t> gpus;  // of one replica: of all its URLs together
  std::string model, engine, speculation_method, drafter;  // as in PointSetup
  std::optional<uint32_t> draft_length;
};

// One value of --dataset: a bucket of prompts of about one length.
struct SweepDataset {
  std::string name;
  std::optional<uint32_t> isl_tokens;  // that the bucket is of; absent: of none
  bool synthetic_text = false;         // random tokens: nothing is said of speculation from it
};

struct SweepGrid {
  std::vector<LoadLevel> loads;
  std::vector<std::string> tiers;    // of --tier; empty: a dataset is one point
  std::vector<double> temperatures;  // of --temperature; empty: each dataset's default
};

// Where curves of all targets lie beside each other.
struct CurvePlace {
  std::string dataset, tier;          // tier: empty where the grid has none
  std::optional<double> temperature;  // absent: the dataset's default

  bool operator==(const CurvePlace&) const = default;
};
std::string PlaceText(const CurvePlace& place);  // "throughput_1k mixed, temperature 1"

// Where a point lies in the grid.
struct PointKey {
  std::string target;
  LoadLevel load;
  std::string dataset;
  std::string tier;                   // empty: all of the dataset
  std::optional<double> temperature;  // absent: the dataset's default

  CurvePlace place() const { return {dataset, tier, temperature}; }
  bool operator==(const PointKey&) const = default;
};
std::string PointText(const PointKey& key);  // "dl3 at bs 64, throughput_1k mixed, temperature 1"

// Labels that a sweep gives its points, beside those of a run.
inline constexpr std::string_view kCliffLabel = "cliff", kUnstableLabel = "unstable",
                                  kSaturatedLabel = "saturated",
                                  kSyntheticTextLabel = "synthetic_text";
// The servers were not the same throughout: what was measured again differs beyond noise.
inline constexpr std::string_view kDriftLabel = "drift";
// Those that follow from other points: no run's journal has them.
inline constexpr std::string_view kLabelsOfSweep[] = {kCliffLabel, kSaturatedLabel, kDriftLabel};

enum class PointRole : uint8_t {
  kGrid,
  kAnchor,  // measured again and again, to tell drift from effect
  kRepeat,  // measured once more, where an interval was wide
};
enum class PointState : uint8_t { kPlanned, kDone, kSkipped, kFailed };

// Which journal a point's figures are of, and which fold made them.
struct FoldKey {
  uint64_t journal_bytes = 0, last_record_offset = 0;
  uint32_t last_record_crc32c = 0;
  uint32_t fold_version = 0;

  bool operator==(const FoldKey&) const = default;
};

// One run that the sweep planned.
struct SweepPoint {
  PointKey key;
  PointRole role = PointRole::kGrid;
  PointState state = PointState::kPlanned;
  std::string reason;          // why it was skipped or failed
  std::string run_id, folder;  // the folder is relative to the sweep's
  std::optional<int64_t> begun_unix_ns;
  std::optional<double> took_s;  // of its last run, with the cool-down before it
  std::optional<FoldKey> fold;
  PointMeasurement measured;  // of kDone alone
};

// Two targets that got the same conversations in one run, in random order (--paired).
struct SweepPair {
  PointKey key;          // of the second; its target is the one that is compared
  std::string baseline;  // the first
  PointState state = PointState::kDone;
  std::string reason;          // why it failed
  std::string run_id, folder;  // as a point's
  std::optional<int64_t> begun_unix_ns;
  std::optional<double> took_s;
  MeasuredFigures ratios;  // second / first over conversations: "user_tps" "mean", ...
};

struct Sweep {
  std::string id;
  std::string specctl_version;
  std::vector<std::string> arguments;  // the command line behind `specctl sweep`, for --resume
  int64_t begun_unix_ns = 0;
  // What all its runs took so far, with their cool-downs, those that failed or were broken off too;
  // of one that a kill ended, as long as its journal is.
  double spent_s = 0;
  std::vector<SweepTarget> targets;
  std::vector<SweepDataset> datasets;
  SweepGrid grid;
  std::vector<SweepPoint> points;  // in the order in which they are measured
  std::vector<SweepPair> pairs;

  const SweepTarget* FindTarget(std::string_view name) const;
  const SweepDataset* FindDataset(std::string_view name) const;
};

// As its server tells it or, where that says nothing, as its replies show it.
bool Speculates(const Sweep& sweep, const SweepTarget& target);

}  // namespace specctl
