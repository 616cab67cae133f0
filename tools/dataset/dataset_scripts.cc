#include "tools/dataset/dataset_scripts.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <absl/strings/str_format.h>

#include "common/base/hash.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

std::string FolderName(std::span<const EmbeddedFile> files) {
  constexpr size_t kShown = 16;
  std::string all;
  for (const EmbeddedFile& file : files) {
    all += absl::StrFormat("%s\n%d\n%s\n", file.name, file.text.size(), file.text);
  }
  return "dataset-scripts-" + Sha256Hex(all).substr(0, kShown);
}

absl::Status WriteFile(const fs::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (out) return absl::OkStatus();
  return absl::UnavailableError(absl::StrFormat("%s: can't be written", path.string()));
}

absl::Status Failed(const fs::path& path, const std::error_code& error) {
  return absl::UnavailableError(absl::StrFormat("%s: %s", path.string(), error.message()));
}

}  // namespace

std::string ScriptCache() {
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') {
    const fs::path cache = fs::path(home) / ".cache/specctl";
    std::error_code error;
    fs::create_directories(cache, error);
    if (!error && access(cache.c_str(), W_OK) == 0) return cache.string();
  }
  return fs::temp_directory_path().string();
}

absl::StatusOr<std::string> UnpackFiles(std::span<const EmbeddedFile> files,
                                        const std::string& cache) {
  const fs::path folder = fs::path(cache) / FolderName(files);
  std::error_code error;
  if (fs::is_directory(folder, error)) return folder.string();
  // Beside it, and then renamed: two may do this at once, and one of them be killed.
  std::string unfinished = folder.string() + ".XXXXXX";
  if (mkdtemp(unfinished.data()) == nullptr) {
    return Failed(unfinished, std::error_code(errno, std::generic_category()));
  }
  for (const EmbeddedFile& file : files) {
    const absl::Status written = WriteFile(fs::path(unfinished) / file.name, file.text);
    if (written.ok()) continue;
    fs::remove_all(unfinished, error);
    return written;
  }
  fs::rename(unfinished, folder, error);
  if (!error) return folder.string();
  std::error_code ignored;
  fs::remove_all(unfinished, ignored);
  // Somebody else was first.
  if (fs::is_directory(folder, ignored)) return folder.string();
  return Failed(folder, error);
}

absl::Status BecomeScript(const std::string& folder, std::string_view script,
                          const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"python3", (fs::path(folder) / script).string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  // Its own byte code would lie beside the scripts of a folder that is named by what it holds.
  setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
  execvp(argv.front(), argv.data());
  if (errno == ENOENT) {
    return absl::NotFoundError(
        "this needs python3, from 3.9 on, and its venv module; on Debian: apt-get install "
        "python3-venv");
  }
  return Failed("python3", std::error_code(errno, std::generic_category()));
}

}  // namespace specctl::cli
