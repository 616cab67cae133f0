// What `dataset list` shows: every name, and whether and where its rows are on this machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/dataset/dataset_name.h"

namespace specctl {

struct CatalogEntry {
  enum class State {
    kFound,
    kMissing,
    kUnusable,  // there, but can't be read: `path` and `problem` say what and why
  };
  std::string name;
  State state = State::kMissing;
  std::string path;     // file or files; empty for generated text
  uint64_t rows = 0;    // where found
  std::string problem;  // else: what LoadDataset would say
};

// An entry for each of DatasetNames(), in that order.  Reads each file once, whatever the number
// of names that select from it.
std::vector<CatalogEntry> MakeCatalog(const std::vector<std::string>& search_dirs);

// The page of `dataset list`: what is there, then a line on the rest; `all`: every name.
// `search_dirs` are named in it.
std::string CatalogTable(const std::vector<CatalogEntry>& catalog,
                         const std::vector<std::string>& search_dirs, bool all);
// The same as a JSON object with a line end.
std::string CatalogJson(const std::vector<CatalogEntry>& catalog,
                        const std::vector<std::string>& search_dirs);

}  // namespace specctl
