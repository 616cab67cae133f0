// prepared.json: what `specctl dataset prepare` and `import` say of the files beside it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl {

// Of one file of rows.
struct PreparedPins {
  std::string revision;         // "nvidia/SPEED-Bench@<commit>"; empty: not known
  std::string resolver_sha256;  // of the script that resolved its sources; empty: not known
  std::string sha256;           // of the file, when it was written
};

// What `prepared_json` says of the file of that name; nullopt: nothing.
// INVALID_ARGUMENT  it is not JSON, or of another format; the text names no file
absl::StatusOr<std::optional<PreparedPins>> ParsePreparedPins(std::string_view prepared_json,
                                                              std::string_view file_name);

// The same of the prepared.json in the folder of `rows_path`; nullopt where there is none.
// INVALID_ARGUMENT  as above, with its path
absl::StatusOr<std::optional<PreparedPins>> PinsBeside(const std::string& rows_path);

}  // namespace specctl
