// What a sweep and a plan keep of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/analysis/verdict_types.h"
#include "common/compare/measured_run.h"

namespace specctl {

// What served a point, as the server told it, and with what it was asked.  Texts are empty where
// nobody tells; those of several replicas that differ are joined by ", ".
struct PointSetup {
  std::string model;
  std::string engine;              // "vllm 0.32.0"
  std::string speculation_method;  // "none": it says that it does not speculate
  std::optional<bool> speculates;  // as its replies show it
  std::optional<uint32_t> draft_length;
  std::string drafter;
  std::string dataset;         // as --dataset named it
  std::string dataset_sha256;  // empty: unknown
  uint64_t dataset_rows = 0;

  bool operator==(const PointSetup&) const = default;
};

// What a run measured, taken as `compare` takes it.
struct PointMeasurement {
  PointSetup setup;
  double hold_s = 0;
  VerdictState verdict = VerdictState::kValid;
  std::vector<std::string> reasons;  // of the verdict, as texts
  // Codes: the run's, and the sweep's.
  std::vector<std::string> labels;
  // Numbers, means and quantiles of the catalogue, then the run's facts; no deviations or extremes.
  MeasuredFigures figures;
  // By category and tier: acceptance, User TPS, ITL and lengths.
  std::vector<MeasuredSlice> slices;

  bool HasLabel(std::string_view label) const;
};

// The figures and slices that a plan may ask for, and what the run was made with.
PointMeasurement MeasurePoint(const MeasuredRun& run);

// Increased when the same journal gives other figures, or more of them, than before.
inline constexpr uint32_t kPointFoldVersion = 4;

}  // namespace specctl
