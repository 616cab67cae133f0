#include "common/matrix/run_cells.h"

#include <algorithm>
#include <map>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/analysis/acceptance_basis.h"
#include "common/analysis/acceptance_counters.h"
#include "common/base/printable.h"
#include "common/dataset/dataset_name.h"
#include "common/report/number_text.h"

namespace specctl {
namespace {

constexpr std::string_view kInvalidRun = "the run is invalid";

// A figure and what it is a mean over.
struct Weighted {
  std::optional<double> value;
  double weight = 0;
};

Weighted WeightedBy(const std::optional<Estimate>& figure, const std::optional<uint64_t>& weight) {
  if (!figure || !weight) return {};
  return {.value = figure->value, .weight = static_cast<double>(*weight)};
}

Weighted AcceptanceIn(MatrixMetric metric, const AcceptanceFigures& figures) {
  switch (metric) {
    case MatrixMetric::kAcceptLength:
      return WeightedBy(figures.per_draft, figures.drafts);
    case MatrixMetric::kPerStep:
      return WeightedBy(figures.per_step, figures.steps);
    case MatrixMetric::kDelivered:
      return WeightedBy(figures.delivered_per_step, figures.steps);
    case MatrixMetric::kAcceptRate:
      return WeightedBy(figures.accept_rate, figures.drafted_tokens);
    default:
      return {};
  }
}

std::optional<Dimension> DimensionOf(MatrixBy by) {
  if (by == MatrixBy::kCategory) return Dimension::kCategory;
  if (by == MatrixBy::kTier) return Dimension::kTier;
  return std::nullopt;  // the ISL is the dataset's
}

std::string IslOf(const Results& results) {
  const std::optional<DatasetName> parsed = ParseDatasetName(results.spec.dataset.name);
  return parsed ? parsed->isl : "";
}

const TargetProbed* ProbedOf(const Results& results, uint32_t target) {
  for (const TargetProbed& probed : results.targets) {
    if (probed.target == target) return &probed;
  }
  return nullptr;
}

std::string ModelOfCell(const Results& results, const CrossCell& cell) {
  if (!cell.model.empty()) return cell.model;
  // The request named none: what the target serves by default.
  const TargetProbed* const probed = ProbedOf(results, cell.target);
  return probed != nullptr && !probed->model.empty() ? probed->model : std::string(kUnknownSetup);
}

std::optional<std::string> TagOf(const RunSpec& spec, const std::string& key) {
  std::optional<std::string> value;
  // The last of a key counts, as in run.json.
  for (const auto& [name, text] : spec.tags) {
    if (name == key) value = text;
  }
  return value;
}

std::string RowOf(const MatrixRequest& request, const Results& results, const CrossCell& cell) {
  std::string row;
  switch (request.rows.kind) {
    case MatrixRows::Kind::kModel:
      row = ModelOfCell(results, cell);
      break;
    case MatrixRows::Kind::kTarget:
      row = TargetLabel(results.spec, cell.target);
      break;
    case MatrixRows::Kind::kTag:
      row = TagOf(results.spec, request.rows.tag).value_or("");
      break;
  }
  // Nothing of such a run may look like a SPEED-Bench result.
  return Printable(row) + (results.spec.dataset.builtin ? " (builtin)" : "");
}

// Cells that stand in one place of the matrix.
using Parts = std::vector<const CrossCell*>;

MatrixCell MeanOf(MatrixMetric metric, const Parts& parts) {
  MatrixCell cell;
  double sum = 0, covered = 0;
  std::optional<AcceptanceSource> source;
  for (const CrossCell* part : parts) {
    cell.requests += part->requests;
    Weighted weighted;
    if (metric == MatrixMetric::kUserTps) {
      weighted = {.value = part->user_tps_mean,
                  .weight = static_cast<double>(part->user_tps_requests)};
      covered += weighted.value ? static_cast<double>(part->requests) : 0;
    } else if (part->acceptance) {
      const AcceptanceFigures& figures = *part->acceptance;
      weighted = AcceptanceIn(metric, figures);
      covered += weighted.value ? figures.source_share * static_cast<double>(part->requests) : 0;
      cell.approximate = cell.approximate || figures.approximate;
      source = !source || *source == figures.source ? figures.source : AcceptanceSource::kMixed;
    }
    if (!weighted.value) continue;
    sum += *weighted.value * weighted.weight;
    cell.weight += weighted.weight;
  }
  if (cell.requests > 0) cell.covered = covered / static_cast<double>(cell.requests);
  if (source) cell.source = AcceptanceSourceName(*source);
  if (metric == MatrixMetric::kUserTps) cell.source = "arrivals";
  if (cell.weight > 0 && cell.covered >= kSourceShareMin) cell.value = sum / cell.weight;
  return cell;
}

bool HasSource(const Results& results, AcceptanceSource source) {
  return std::any_of(
      results.acceptance_sources.begin(), results.acceptance_sources.end(),
      [&](const TargetAcceptance& target) { return target.speculates && target.source == source; });
}

std::string WhyNone(MatrixMetric metric, const MatrixCell& cell, const RunCells& run) {
  const Results& results = run.run->results;
  if (metric == MatrixMetric::kUserTps) return "no request has a User TPS";
  const bool speculates =
      std::any_of(results.acceptance_sources.begin(), results.acceptance_sources.end(),
                  [](const TargetAcceptance& t) { return t.speculates; });
  if (!speculates) return "nothing speculates";
  if (cell.covered > 0) {
    return absl::StrFormat("told by only %s of the requests", ShareText(cell.covered));
  }
  const bool of_drafts =
      metric == MatrixMetric::kAcceptLength || metric == MatrixMetric::kAcceptRate;
  if (of_drafts && HasSource(results, AcceptanceSource::kChunks)) {
    return "chunks don't tell drafts from steps: needs per-request statistics, or a run of one "
           "column and the servers' counters (per_step and delivered can be had)";
  }
  if (HasSource(results, AcceptanceSource::kPerRequest)) return "no draft was made";
  for (const TargetAcceptance& target : results.acceptance_sources) {
    if (!target.why_none.empty()) return target.why_none;
  }
  return "needs per-request statistics, or a run of one column and the servers' counters";
}

std::optional<AcceptanceFigures> CountersOf(const MatrixRequest& request, const RunCells& run,
                                            const Parts& parts, bool one_row) {
  const Results& results = run.run->results;
  if (!run.one_column || !CountersAreOfTheRun(results)) return std::nullopt;
  if (one_row) return results.acceptance_of_counters;
  if (request.rows.kind != MatrixRows::Kind::kTarget || parts.size() != 1) return std::nullopt;
  const ServerCounters* counters = results.servers->OfTarget(parts.front()->target);
  if (counters == nullptr) return std::nullopt;
  return AcceptanceOfCounters(*counters, results.conservation.ok == results.conservation.sent);
}

MatrixCell AcceptanceCell(const MatrixRequest& request, const RunCells& run, const Parts& parts,
                          bool one_row) {
  MatrixCell cell = MeanOf(request.metric, parts);
  const bool timed = request.metric == MatrixMetric::kUserTps;
  if (timed && run.run->results.verdict.state == VerdictState::kInvalid) {
    cell.value.reset();
    cell.why_none = std::string(kInvalidRun);
    return cell;
  }
  if (cell.value) return cell;
  if (const auto counters = CountersOf(request, run, parts, one_row)) {
    const Weighted weighted = AcceptanceIn(request.metric, *counters);
    if (weighted.value) {
      cell.value = weighted.value;
      cell.weight = weighted.weight;
      cell.covered = 1;
      cell.source = AcceptanceSourceName(AcceptanceSource::kCounters);
      cell.approximate = false;
      return cell;
    }
  }
  cell.why_none = WhyNone(request.metric, cell, run);
  return cell;
}

MatrixCell ThroughputCell(const Results& results, const Parts& parts, bool one_row) {
  MatrixCell cell;
  for (const CrossCell* part : parts) cell.requests += part->requests;
  cell.source = "arrivals";
  if (!one_row) {
    cell.why_none = "throughput is of all the run's rows together";
  } else if (results.verdict.state == VerdictState::kInvalid) {
    cell.why_none = std::string(kInvalidRun);
  } else if (!results.headline.throughput.output_tps) {
    cell.why_none = "the run has no output TPS";
  } else {
    cell.value = results.headline.throughput.output_tps->value;
    cell.weight = cell.covered = 1;
  }
  return cell;
}

}  // namespace

bool CountersAreOfTheRun(const Results& results) {
  return results.servers && results.servers->complete && results.servers->alternating.empty() &&
         !HasLabel(results.verdict.labels, Label::kOtherTraffic);
}

RowSetup SetupOfTarget(const Results& results, uint32_t target) {
  const TargetProbed* const probed = ProbedOf(results, target);
  const auto text = [](std::string told) {
    return told.empty() ? std::string(kUnknownSetup) : told;
  };
  RowSetup setup{.row = {},
                 .where = TargetLabel(results.spec, target),
                 .model = text(std::string(ModelOf(results.spec, nullptr, target))),
                 .engine = std::string(kUnknownSetup),
                 .speculation = std::string(kUnknownSetup),
                 .method = std::string(kUnknownSetup),
                 .drafter = std::string(kUnknownSetup),
                 .draft_length = std::string(kUnknownSetup)};
  if (probed != nullptr) {
    if (setup.model == kUnknownSetup) setup.model = text(probed->model);
    setup.engine = text(probed->engine + (probed->identity.version.empty() ? "" : " ") +
                        probed->identity.version);
    setup.method = text(probed->identity.speculation_method);
    setup.drafter = text(probed->identity.drafter);
    if (probed->identity.draft_length)
      setup.draft_length = std::to_string(*probed->identity.draft_length);
  }
  for (const TargetAcceptance& told : results.acceptance_sources) {
    if (told.target != target) continue;
    setup.speculation = told.speculates ? "on" : "off";
    // What responses told of it counts where the probe found nothing.
    if (told.draft_length && setup.draft_length == kUnknownSetup) {
      setup.draft_length = std::to_string(*told.draft_length);
    }
  }
  return setup;
}

absl::StatusOr<RunCells> ColumnsOfRun(const MatrixRun& run, const MatrixRequest& request) {
  RunCells cells{.run = &run};
  const Results& results = run.results;
  if (request.rows.kind == MatrixRows::Kind::kTag && !TagOf(results.spec, request.rows.tag)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: has no tag %s, which --rows asks for (run it with --tag %s=...)",
                        run.name, request.rows.tag, request.rows.tag));
  }
  const std::optional<Dimension> by = DimensionOf(request.by);
  if (!by) {
    if (std::string isl = IslOf(results); !isl.empty()) cells.columns.insert(std::move(isl));
    cells.one_column = !cells.columns.empty();
  }
  uint64_t in_columns = 0;
  for (const SliceFigures& slice : results.slices) {
    if (slice.by != by || slice.conservation.sent == 0) continue;
    cells.columns.insert(slice.key);
    in_columns += slice.conservation.sent;
  }
  if (by) cells.one_column = cells.columns.size() == 1 && in_columns == results.conservation.sent;
  if (!cells.columns.empty()) return cells;
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s: its requests have no %s (dataset %s), so it has no column in a matrix by %s", run.name,
      MatrixByName(request.by), results.spec.dataset.name, MatrixByName(request.by)));
}

void AddCells(const MatrixRequest& request, RunCells& run) {
  const Results& results = run.run->results;
  const std::optional<Dimension> by = DimensionOf(request.by);
  std::map<std::pair<std::string, std::string>, Parts> places;
  std::set<std::string> rows;
  std::set<std::pair<std::string, uint32_t>> seen;
  for (const CrossCell& cell : results.cells) {
    if (cell.by != by) continue;
    const std::string row = RowOf(request, results, cell);
    places[{row, by ? cell.key : *run.columns.begin()}].push_back(&cell);
    rows.insert(row);
    if (seen.emplace(row, cell.target).second) {
      RowSetup setup = SetupOfTarget(results, cell.target);
      setup.row = row;
      setup.model = ModelOfCell(results, cell);
      run.setups.push_back(std::move(setup));
    }
  }
  for (const auto& [place, parts] : places) {
    const bool one_row = rows.size() == 1;
    run.cells.push_back({.row = place.first,
                         .column = place.second,
                         .cell = request.metric == MatrixMetric::kThroughput
                                     ? ThroughputCell(results, parts, one_row)
                                     : AcceptanceCell(request, run, parts, one_row)});
  }
}

}  // namespace specctl
