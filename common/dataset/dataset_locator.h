// Where a named dataset lies on this machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/dataset_name.h"

namespace specctl {

// The folders searched, in order: `flag` (--dataset-dir), $SPECCTL_DATASETS,
// ~/.cache/specctl/datasets; those that are set.
std::vector<std::string> DatasetSearchDirs(std::string_view flag);

// A file that holds rows of a dataset.
struct DatasetFile {
  std::string path;
  // What the file's name says of its rows, for rows without a category of their own.
  std::string category;
  std::string sub_category;
};

// Files of `name`: the first folder that has any.  In a folder (and in its speed-bench/ and
// speed/), in this order:
//   <config>.jsonl, <config>.json, <config>/test.jsonl   a whole config
//   <config>_<category>.jsonl, <config>_<tier>__<sub_category>.jsonl   one category a file
// and for mt_bench and spec_bench <name>.jsonl, and question.jsonl in a folder of that name.
//
// NOT_FOUND            no such file; says where it was looked for and what to run
// FAILED_PRECONDITION  only a Parquet file is there; says the command that imports it
absl::StatusOr<std::vector<DatasetFile>> LocateDataset(const DatasetName& name,
                                                       const std::vector<std::string>& dirs);

// Why `parquet` is refused, and the command (on a line of its own) that writes its rows to `jsonl`.
std::string ParquetRefusal(std::string_view parquet, std::string_view jsonl);

// "prepare it:" and the command (on a line of its own) that fetches SPEED-Bench, with the texts
// that its rows only name, and writes <dir>/speed-bench/<config>.jsonl.  Empty config: all; empty
// dir: where named datasets are.
std::string SpeedBenchPreparation(std::string_view config, std::string_view dir);

}  // namespace specctl
