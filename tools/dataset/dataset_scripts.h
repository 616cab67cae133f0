// The Python scripts behind `specctl dataset prepare`, `import` and `tokenize`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace specctl::cli {

struct EmbeddedFile {
  std::string_view name;  // without a folder
  std::string_view text;
};

// All of tools/dataset/*.py, as they were when this program was built.
std::span<const EmbeddedFile> DatasetScripts();

// Where scripts are unpacked: ~/.cache/specctl, else the system's folder for temporary files.
std::string ScriptCache();

// Puts the files into a folder of `cache` that is named by what they hold, unless they are there,
// and returns it.  A folder is whole or absent.
// The errors of the system, with the path.
absl::StatusOr<std::string> UnpackFiles(std::span<const EmbeddedFile> files,
                                        const std::string& cache);

// Goes on as `python3 <folder>/<script> ARGUMENTS`: returns only where that fails.
// NOT_FOUND  there is no python3
absl::Status BecomeScript(const std::string& folder, std::string_view script,
                          const std::vector<std::string>& arguments);

}  // namespace specctl::cli
