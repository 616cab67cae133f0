// The folder that a run's artifacts go into.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl::cli {

// Move-only.
class OutputDir {
 public:
  // Makes `dir`, and its parents, where they are missing, and checks that it is empty and that a
  // file can be written there.
  // INVALID_ARGUMENT, its text beginning with `--output-dir`, which says what is wrong.
  static absl::StatusOr<OutputDir> Prepare(const std::string& dir);
  OutputDir(OutputDir&&) noexcept = default;
  OutputDir& operator=(OutputDir&&) = delete;
  // Removes those of the folders it made that are empty still: of a run that never began, nothing
  // stays.
  ~OutputDir();

 private:
  explicit OutputDir(std::vector<std::filesystem::path> made) : made_(std::move(made)) {}

  std::vector<std::filesystem::path> made_;  // innermost first
};

}  // namespace specctl::cli
