// The flags that span a sweep's grid, in place of the single values of `specctl run`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/dataset.h"
#include "common/planning/sweep.h"
#include "tools/request/request_flags.h"

namespace specctl::cli {

// As they were given.
struct GridFlags {
  RequestFlags::GivenList targets, bs, rates, datasets, tiers, temperatures;
  RequestFlags::Given<std::string> dataset_dir, dataset_format;
};

// Defines them on the command, with those that say how open loops arrive.
GridFlags AddGridFlags(RequestFlags& flags);

// A target of the grid: one set-up of servers, over which its load is spread.
struct GridTarget {
  std::string name;
  std::vector<TargetSpec> servers;                // at least one; of any two the URLs differ
  std::vector<std::string> basic_authorizations;  // of each, from its URL's login; may be empty
  std::optional<uint32_t> gpus;                   // of all of them together
};

// What they span.
struct GridRequest {
  std::vector<GridTarget> targets;       // by different names
  bool bs_auto = false;                  // the loads are to be found
  std::vector<LoadLevel> loads;          // none for bs_auto; no two alike
  std::vector<DatasetRequest> datasets;  // of different names, at least one
  std::vector<std::string> tiers;        // may be empty, as the following
  std::vector<double> temperatures;
};

// INVALID_ARGUMENT, its text beginning with the flag's name: an axis without a value, a value of
// the wrong form or given twice, or flags that exclude each other.
absl::StatusOr<GridRequest> ReadGrid(const GridFlags& flags);

// Reads "NAME=URL[,URL...][,model=M][,gpus=N]".  INVALID_ARGUMENT "--target: ...".
absl::StatusOr<GridTarget> ParseGridTarget(std::string_view text);

}  // namespace specctl::cli
