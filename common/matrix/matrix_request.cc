#include "common/matrix/matrix_request.h"

#include <algorithm>
#include <vector>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/edit_distance.h"

namespace specctl {
namespace {

constexpr NameTable<MatrixMetric> kMetricNames = {{
    {MatrixMetric::kAcceptLength, "accept_length"},
    {MatrixMetric::kPerStep, "per_step"},
    {MatrixMetric::kDelivered, "delivered"},
    {MatrixMetric::kAcceptRate, "accept_rate"},
    {MatrixMetric::kThroughput, "throughput"},
    {MatrixMetric::kUserTps, "user_tps"},
}};
static_assert(NamesEach(kMetricNames));

constexpr NameTable<MatrixBy> kByNames = {{
    {MatrixBy::kCategory, "category"},
    {MatrixBy::kTier, "tier"},
    {MatrixBy::kIsl, "isl"},
}};
static_assert(NamesEach(kByNames));

absl::Status NoneOf(std::string_view flag, std::string_view text,
                    const std::vector<std::string_view>& names) {
  const std::string_view nearest = NearestName(text, names);
  const std::vector<std::string> all(names.begin(), names.end());
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: need one of %s; got \"%s\"%s", flag, absl::StrJoin(all, ", "), text,
                      nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?"));
}

template <class Enum>
absl::StatusOr<Enum> ParseNamed(std::string_view flag, std::string_view text,
                                std::span<const NamedValue<Enum>> names) {
  std::vector<std::string_view> all;
  for (const NamedValue<Enum>& each : names) {
    if (each.name == text) return each.value;
    all.push_back(each.name);
  }
  return NoneOf(flag, text, all);
}

}  // namespace

std::string_view MatrixMetricName(MatrixMetric metric) {
  return kMetricNames[static_cast<size_t>(metric)].name;
}

std::string_view MatrixByName(MatrixBy by) { return kByNames[static_cast<size_t>(by)].name; }

std::string MatrixRowsName(const MatrixRows& rows) {
  if (rows.kind == MatrixRows::Kind::kTag) return rows.tag;
  return rows.kind == MatrixRows::Kind::kTarget ? "Target" : "Model";
}

std::string_view MatrixMetricText(MatrixMetric metric) {
  switch (metric) {
    case MatrixMetric::kAcceptLength:
      return "tokens per draft: 1 + accepted / drafts";
    case MatrixMetric::kPerStep:
      return "tokens per decoding step, uncut, steps without a draft too";
    case MatrixMetric::kDelivered:
      return "tokens per decoding step as delivered, last steps as cut";
    case MatrixMetric::kAcceptRate:
      return "accepted / drafted tokens";
    case MatrixMetric::kThroughput:
      return "output tokens/s, each of a run of its own";
    case MatrixMetric::kUserTps:
    case MatrixMetric::kEnd:
      break;
  }
  return "tokens/s of one user, mean over requests (a mixed run has no throughput by column)";
}

absl::StatusOr<MatrixMetric> ParseMatrixMetric(std::string_view text) {
  // user_tps is not a choice: which of the two throughput is follows from the runs.
  const std::span<const NamedValue<MatrixMetric>> names(kMetricNames);
  return ParseNamed<MatrixMetric>("--matrix", text, names.first(names.size() - 1));
}

absl::StatusOr<MatrixBy> ParseMatrixBy(std::string_view text) {
  return ParseNamed<MatrixBy>("--by", text, kByNames);
}

absl::StatusOr<MatrixRows> ParseMatrixRows(std::string_view text) {
  if (text == "model") return MatrixRows{.kind = MatrixRows::Kind::kModel, .tag = {}};
  if (text == "target") return MatrixRows{.kind = MatrixRows::Kind::kTarget, .tag = {}};
  constexpr std::string_view kTag = "tag:";
  if (text.starts_with(kTag) && text.size() > kTag.size()) {
    return MatrixRows{.kind = MatrixRows::Kind::kTag, .tag = std::string(text.substr(kTag.size()))};
  }
  return NoneOf("--rows", text, {"model", "target", "tag:KEY"});
}

}  // namespace specctl
