#include "common/matrix/matrix_fit.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/dataset/dataset_name.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

// Texts of what one run, or one of its targets, has.
struct Side {
  std::string name, value;
};

absl::Status DoNotFit(const Side& a, const Side& b, std::string_view what,
                      std::string_view advice) {
  return absl::InvalidArgumentError(
      absl::StrFormat("%s and %s do not fit into one matrix: %s differs: %s, %s%s%s", a.name,
                      b.name, what, a.value, b.value, advice.empty() ? "" : "; ", advice));
}

absl::Status RequireEqual(const Side& a, const Side& b, std::string_view what,
                          std::string_view advice) {
  return a.value == b.value ? absl::OkStatus() : DoNotFit(a, b, what, advice);
}

// --- datasets
// -------------------------------------------------------------------------------------

// Which prompts a run's are: runs of one family may lie side by side.
std::string FamilyOf(const DatasetIdentity& dataset) {
  const std::optional<DatasetName> parsed = ParseDatasetName(dataset.name);
  if (dataset.builtin || (parsed && parsed->family == DatasetFamily::kBuiltin)) return "builtin";
  if (!parsed || parsed->family == DatasetFamily::kFile) return "a file of one's own";
  return parsed->family == DatasetFamily::kSpeedBench ? "SPEED-Bench" : parsed->config;
}

// The file that a run's rows are of: of one file there is one revision.  Generated rows are a set
// of their own for each name.
std::string FileOf(const DatasetIdentity& dataset) {
  const std::optional<DatasetName> parsed = ParseDatasetName(dataset.name);
  return parsed && !dataset.builtin ? parsed->config : dataset.name;
}

std::string RevisionOf(const DatasetIdentity& dataset) {
  constexpr size_t kShown = 12;  // enough to tell files apart
  return dataset.sha256.empty() ? "unknown" : "SHA-256 " + dataset.sha256.substr(0, kShown);
}

bool ShareColumn(const RunCells& a, const RunCells& b) {
  for (const std::string& column : a.columns) {
    if (b.columns.contains(column)) return true;
  }
  return false;
}

}  // namespace

absl::Status CheckSameDataset(const RunCells& a, const RunCells& b, MatrixBy by) {
  const DatasetIdentity &of_a = a.run->results.spec.dataset, &of_b = b.run->results.spec.dataset;
  const auto check = [&](std::string_view what, std::string value_a, std::string value_b,
                         std::string_view advice) {
    return RequireEqual({a.run->name, std::move(value_a)}, {b.run->name, std::move(value_b)}, what,
                        advice);
  };
  absl::Status same =
      check("dataset", FamilyOf(of_a), FamilyOf(of_b), "a matrix is of one dataset");
  if (!same.ok()) return same;
  const auto parsed_a = ParseDatasetName(of_a.name), parsed_b = ParseDatasetName(of_b.name);
  const auto isl = [](const auto& parsed) {
    return parsed && !parsed->isl.empty() ? parsed->isl : std::string("none");
  };
  if (by != MatrixBy::kIsl) {
    same =
        check("ISL", isl(parsed_a), isl(parsed_b), "columns of one ISL only (--by isl has them)");
  } else {
    const auto tier = [](const auto& parsed) {
      return parsed && !parsed->category.empty() ? parsed->category : std::string("all");
    };
    same = check("tier", tier(parsed_a), tier(parsed_b), "measure the same tiers at each ISL");
  }
  if (!same.ok()) return same;
  // Files of one's own may be one for each column; where two have a column in common, it must be
  // the same prompts.
  const bool same_file = FileOf(of_a) == FileOf(of_b);
  const bool own = FamilyOf(of_a) == "a file of one's own";
  if (!same_file && !(own && ShareColumn(a, b))) return absl::OkStatus();
  return check("dataset's revision", RevisionOf(of_a), RevisionOf(of_b),
               "measure both with the same file");
}

// --- requests and load
// ----------------------------------------------------------------------------

absl::Status CheckSameRequests(const RunCells& a, const RunCells& b) {
  const RequestSpec &of_a = a.run->results.spec.request, &of_b = b.run->results.spec.request;
  const auto temperature = [](const RequestSpec& spec) {
    return spec.temperature ? FormatDouble(*spec.temperature) : std::string("the server's own");
  };
  const auto extra = [](const RequestSpec& spec) {
    return spec.extra_inputs_json.empty() ? std::string("none") : spec.extra_inputs_json;
  };
  const auto on = [](bool value) { return std::string(value ? "on" : "off"); };
  struct Compared {
    std::string_view what;
    std::string a, b;
    std::string_view flag;
  };
  const Compared all[] = {{"temperature", temperature(of_a), temperature(of_b), "--temperature"},
                          {"output length limit", std::to_string(of_a.osl_tokens),
                           std::to_string(of_b.osl_tokens), "--osl"},
                          {"ignore_eos", on(of_a.ignore_eos), on(of_b.ignore_eos), "--ignore-eos"},
                          {"extra inputs", extra(of_a), extra(of_b), "--extra-inputs"},
                          {"endpoint", std::string(EndpointName(of_a.endpoint)),
                           std::string(EndpointName(of_b.endpoint)), "--endpoint"}};
  for (const Compared& each : all) {
    if (each.a == each.b) continue;
    return DoNotFit({a.run->name, each.a}, {b.run->name, each.b}, each.what,
                    absl::StrFormat("give all runs the same %s", each.flag));
  }
  return absl::OkStatus();
}

namespace {

absl::Status CheckLoad(const RunCells& a, const RunCells& b, MatrixMetric metric) {
  // Acceptance hardly depends on how many are in flight; rates do.
  if (metric != MatrixMetric::kThroughput && metric != MatrixMetric::kUserTps) {
    return absl::OkStatus();
  }
  const auto load = [](const RunCells& run) {
    return LoadShapeText(run.run->results.spec.load.shape);
  };
  return RequireEqual({a.run->name, load(a)}, {b.run->name, load(b)}, "offered load",
                      "give all runs the same --bs or --request-rate");
}

// --- rows and cells
// -------------------------------------------------------------------------------

struct SetupMember {
  std::string_view what;
  std::string RowSetup::*value;
};
constexpr SetupMember kSetupMembers[] = {{"model", &RowSetup::model},
                                         {"engine", &RowSetup::engine},
                                         {"speculation", &RowSetup::speculation},
                                         {"method of speculation", &RowSetup::method},
                                         {"drafter", &RowSetup::drafter},
                                         {"draft length", &RowSetup::draft_length}};

// A target of a run.
struct SeenSetup {
  const RunCells* run;
  const RowSetup* setup;
};

absl::Status DifferentSetups(const SeenSetup& a, const SeenSetup& b, const SetupMember& member) {
  const bool same_run = a.run == b.run;
  const auto side = [&](const SeenSetup& seen) {
    const std::string& name = seen.run->run->name;
    return Side{same_run ? name + " (" + seen.setup->where + ")" : name, seen.setup->*member.value};
  };
  return DoNotFit(side(a), side(b), absl::StrFormat("%s of row \"%s\"", member.what, a.setup->row),
                  same_run ? "--rows target gives each a row"
                           : "--rows tag:KEY gives each a row, by the runs' --tag KEY=...");
}

absl::Status CheckSetups(std::span<const RunCells> runs) {
  for (const SetupMember& member : kSetupMembers) {
    std::map<std::string, SeenSetup> rows;
    for (const RunCells& run : runs) {
      for (const RowSetup& setup : run.setups) {
        // What nobody tells may be the same.
        if (setup.*member.value == kUnknownSetup) continue;
        const SeenSetup seen{&run, &setup};
        const auto [found, is_new] = rows.try_emplace(setup.row, seen);
        if (is_new || found->second.setup->*member.value == setup.*member.value) continue;
        return DifferentSetups(found->second, seen, member);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCells(std::span<const RunCells> runs, MatrixBy by) {
  std::map<std::pair<std::string, std::string>, const RunCells*> places;
  for (const RunCells& run : runs) {
    for (const RunCell& cell : run.cells) {
      const auto [found, is_new] = places.try_emplace({cell.row, cell.column}, &run);
      if (is_new) continue;
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s and %s do not fit into one matrix: both have row \"%s\" in %s \"%s\"; leave one out, "
          "or name the rows by a tag (--rows tag:KEY)",
          found->second->run->name, run.run->name, cell.row, MatrixByName(by), cell.column));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPair(const RunCells& a, const RunCells& b, const MatrixRequest& request) {
  const std::string &id_a = a.run->results.spec.run_id, &id_b = b.run->results.spec.run_id;
  if (!id_a.empty() && id_a == id_b) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s and %s are the same run (%s): name it once", a.run->name, b.run->name, id_a));
  }
  absl::Status fits = CheckSameDataset(a, b, request.by);
  if (fits.ok()) fits = CheckSameRequests(a, b);
  if (fits.ok()) fits = CheckLoad(a, b, request.metric);
  return fits;
}

}  // namespace

absl::Status CheckFit(std::span<const RunCells> runs, const MatrixRequest& request) {
  for (size_t i = 0; i < runs.size(); ++i) {
    for (size_t j = i + 1; j < runs.size(); ++j) {
      if (absl::Status fits = CheckPair(runs[i], runs[j], request); !fits.ok()) return fits;
    }
  }
  if (absl::Status fits = CheckSetups(runs); !fits.ok()) return fits;
  return CheckCells(runs, request.by);
}

absl::StatusOr<MatrixMetric> MetricOf(std::span<const RunCells> runs, MatrixMetric asked) {
  if (asked != MatrixMetric::kThroughput) return asked;
  const RunCells *one = nullptr, *several = nullptr;
  for (const RunCells& run : runs) (run.one_column ? one : several) = &run;
  if (one != nullptr && several != nullptr) {
    return DoNotFit({one->run->name, "one column"},
                    {several->run->name, absl::StrFormat("%d columns", several->columns.size())},
                    "what throughput can be told of",
                    "a mixed run has only the User TPS of each column");
  }
  return one != nullptr ? MatrixMetric::kThroughput : MatrixMetric::kUserTps;
}

}  // namespace specctl
