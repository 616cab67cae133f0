// MatrixRequest: what a matrix over runs shows.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/figures/name_table.h"

namespace specctl {

// kUserTps is never asked for: it is what kThroughput comes to where runs have several columns.
enum class MatrixMetric : uint8_t {
  kAcceptLength,  // tokens per draft, as AIPerf's
  kPerStep,       // acceptance length per step, uncut
  kDelivered,     // tokens per step, as delivered
  kAcceptRate,    // accepted / drafted tokens
  kThroughput,    // output tokens/s
  kUserTps,       // mean over requests
  kEnd,
};

enum class MatrixBy : uint8_t { kCategory, kTier, kIsl, kEnd };

struct MatrixRows {
  enum class Kind { kModel, kTarget, kTag };
  Kind kind = Kind::kModel;
  std::string tag;  // its key; of kTag
};

struct MatrixRequest {
  MatrixMetric metric = MatrixMetric::kAcceptLength;
  MatrixBy by = MatrixBy::kCategory;
  MatrixRows rows;
};

std::string_view MatrixMetricName(MatrixMetric metric);  // "accept_length", ...
std::string_view MatrixByName(MatrixBy by);              // "category", "tier", "isl"
std::string MatrixRowsName(const MatrixRows& rows);      // "Model", "Target", or the tag's key
// What the metric is, with its unit, for the table's head.
std::string_view MatrixMetricText(MatrixMetric metric);

// From the values of --matrix, --by and --rows ("model", "target", "tag:KEY").
// INVALID_ARGUMENT names the flag and what it takes.
absl::StatusOr<MatrixMetric> ParseMatrixMetric(std::string_view text);
absl::StatusOr<MatrixBy> ParseMatrixBy(std::string_view text);
absl::StatusOr<MatrixRows> ParseMatrixRows(std::string_view text);

}  // namespace specctl
