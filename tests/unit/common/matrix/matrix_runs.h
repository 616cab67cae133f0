// Runs written by hand: of all categories, or of one.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/matrix/run_cells.h"

namespace specctl::testing {

// Drafts, drafted and accepted tokens of a category.
struct Drafted {
  uint64_t drafts = 0, drafted = 0, accepted = 0;
};

inline AcceptanceFigures FiguresOf(const Drafted& counts) {
  const auto drafts = static_cast<double>(counts.drafts);
  const auto accepted = static_cast<double>(counts.accepted);
  AcceptanceFigures figures;
  figures.source = AcceptanceSource::kPerRequest;
  figures.source_share = 1;
  figures.drafts = counts.drafts;
  figures.steps = 2 * counts.drafts;  // every other step has no draft
  figures.drafted_tokens = counts.drafted;
  figures.accepted_tokens = counts.accepted;
  figures.per_draft = Estimate{1 + accepted / drafts, {}, {}};
  figures.per_step = Estimate{1 + accepted / (2 * drafts), {}, {}};
  figures.delivered_per_step = Estimate{accepted / (2 * drafts) + 0.9, {}, {}};
  figures.accept_rate = Estimate{accepted / static_cast<double>(counts.drafted), {}, {}};
  return figures;
}

struct RunOptions {
  std::string name = "runs/a", model = "m", dataset = "speed_bench_qualitative";
  std::map<std::string, Drafted> categories;
  Dimension by = Dimension::kCategory;
};

inline MatrixRun MakeRun(const RunOptions& options) {
  MatrixRun run{.name = options.name, .results = {}};
  Results& results = run.results;
  results.spec.run_id = options.name + "-id";
  results.spec.load.shape = ClosedLoop{32};
  results.spec.request.temperature = 0;
  results.spec.request.osl_tokens = 4096;
  results.spec.targets = {{.url = "http://h:8000"}};
  results.spec.dataset = {.name = options.dataset, .sha256 = "5ha", .rows = 880};
  TargetProbed probed;
  probed.engine = "vllm";
  probed.identity.version = "0.32.0";
  probed.model = options.model;
  probed.identity.speculation_method = "eagle3";
  probed.identity.draft_length = 3;
  results.targets = {probed};
  results.acceptance_sources = {
      {.target = 0, .source = AcceptanceSource::kPerRequest, .share = 1, .draft_length = 3}};
  for (const auto& [key, counts] : options.categories) {
    CrossCell cell{.target = 0, .model = options.model, .by = options.by, .key = key};
    cell.requests = 80;
    cell.acceptance = FiguresOf(counts);
    cell.user_tps_mean = static_cast<double>(counts.drafts);
    cell.user_tps_requests = 80;
    results.cells.push_back(cell);
    SliceFigures slice;
    slice.by = options.by;
    slice.key = key;
    slice.conservation.sent = slice.conservation.ok = 80;
    results.conservation.sent += 80;
    results.conservation.ok += 80;
    results.slices.push_back(slice);
  }
  results.headline.throughput.output_tps = Estimate{1234.5, {}, {}};
  return run;
}

// Two categories of a qualitative run: lengths 3.00 and 2.00, rates 0.67 and 0.40.
inline MatrixRun MixedRun(std::string name, std::string model) {
  return MakeRun({.name = std::move(name),
                  .model = std::move(model),
                  .categories = {{"coding", {100, 300, 200}}, {"math", {300, 750, 300}}}});
}

inline MatrixRun OneCategory(std::string name, std::string category, const Drafted& counts) {
  return MakeRun({.name = std::move(name),
                  .dataset = "speed_bench_" + category,
                  .categories = {{category, counts}}});
}

// Takes away what requests say of their drafts, and gives the servers' counters.
inline void CountersOnly(const Drafted& counts, MatrixRun& run) {
  for (CrossCell& cell : run.results.cells) cell.acceptance.reset();
  run.results.acceptance_sources[0].source = AcceptanceSource::kCounters;
  AcceptanceFigures figures = FiguresOf(counts);
  figures.source = AcceptanceSource::kCounters;
  run.results.acceptance_of_counters = figures;
  run.results.servers = ServerFigures{};
  run.results.servers->complete = true;
}

}  // namespace specctl::testing
