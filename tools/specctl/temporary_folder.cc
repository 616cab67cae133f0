#include "tools/specctl/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <absl/strings/str_format.h>

namespace specctl::cli {

absl::StatusOr<TemporaryFolder> TemporaryFolder::Make(std::string_view prefix) {
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  std::string path = (parent / absl::StrFormat("%s-XXXXXX", prefix)).string();
  if (error || ::mkdtemp(path.data()) == nullptr) {
    return absl::UnavailableError(
        absl::StrFormat("can't create the folder %s: %s", path,
                        error ? error.message() : std::string(std::strerror(errno))));
  }
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // what is left is in a folder of temporary files
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace specctl::cli
