// Reads a dataset file row by row.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "common/dataset/row_splitter.h"

namespace specctl {

// Hands each row of the file at `path` to `sink`, in order, and returns the file's SHA-256 in hex.
// Holds one row and one read buffer, whatever the size of the file; pipes will do.
//
// Every error begins with "PATH: " or "PATH:LINE: ", those of the sink too.
// NOT_FOUND            no such file
// INVALID_ARGUMENT     empty; a folder; not text (Parquet, gzip, zstd, UTF-16: says what to run);
//                      RowSplitter's errors
// PERMISSION_DENIED, UNKNOWN  it can't be read
absl::StatusOr<std::string> ReadRows(const std::string& path, const RowSplitter::Sink& sink);

}  // namespace specctl
