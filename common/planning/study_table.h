// Studies: what a sweep says of random tokens, long prompts, temperature and drafters; a table
// each.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/figures/figure_types.h"
#include "common/planning/curve.h"
#include "common/planning/draft_schedule.h"
#include "common/planning/speedup_table.h"

namespace specctl {

struct StudyRow {
  std::vector<std::string> labels;
  std::vector<std::optional<Estimate>> values;  // as many as the table's
  std::vector<std::string> runs;
};

struct StudyTable {
  std::string key;                                    // "random_tokens", ...
  std::string title;                                  // a sentence
  std::vector<std::string> label_names, value_names;  // value_names as JSON keys
  std::vector<StudyRow> rows;
};

// Random tokens against language of the same ISL, by target and load: how much Output TPS and User
// TPS they overstate (ratios); then each target's mean over its loads.
std::optional<StudyTable> RandomTokenStudy(const Sweep& sweep, std::span<const Curve> curves);

// By target and ISL, over all loads: acceptance length per step, and the mean speedup.
std::optional<StudyTable> LongPromptStudy(const Sweep& sweep, std::span<const Curve> curves,
                                          std::span<const SpeedupCurve> speedups);

// The lowest temperature against each other one, by target and place, over all loads: acceptance
// lengths per step and their ratio, and that of User TPS.
std::optional<StudyTable> TemperatureStudy(std::span<const Curve> curves);

// Two targets of one draft length and different drafters, by category, over all their points at the
// same places: acceptance lengths per draft, and their difference.
std::optional<StudyTable> DrafterStudy(const Sweep& sweep, std::span<const Curve> curves);

}  // namespace specctl
