#include "tools/specctl/surroundings.h"

#include <cstdlib>
#include <optional>

#include <sys/ioctl.h>
#include <unistd.h>

#include <absl/strings/str_format.h>

#include "common/journal/journal_reader.h"
#include "common/report/page.h"
#include "controller/measure/run_id.h"
#include "tools/specctl/run_folder.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

std::optional<std::string> Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace

Surroundings RealSurroundings() {
  Surroundings surroundings;
  surroundings.default_url = Environment("SPECCTL_URL").value_or("");
  surroundings.version = kVersion;
  surroundings.run_id = controller::NewRunId();
  surroundings.environment = Environment;
  return surroundings;
}

size_t PageColumns() {
  winsize size = {};
  // Of a file or pipe there is no width: the page's own is used.
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kPageColumns;
}

// no-color.org: set to anything.
bool WantsColour() { return ::isatty(STDOUT_FILENO) == 1 && !Environment("NO_COLOR"); }

absl::StatusOr<RunSpec> SpecOfRun(const std::string& run_dir) {
  const auto bad = [&](std::string_view what) {
    return absl::InvalidArgumentError(absl::StrFormat("--like %s: %s", run_dir, what));
  };
  const auto found = FindRun(run_dir);
  if (!found.ok()) return bad(std::string(found.status().message()));
  auto reader = JournalReader::Open(*found + "/journal.pb");
  if (!reader.ok()) return bad(std::string(reader.status().message()));
  const auto event = reader->Next();
  if (!event.ok()) return bad(std::string(event.status().message()));
  if (!event->has_value() || !std::holds_alternative<RunBegun>(**event)) {
    return bad("its journal does not begin with a run");
  }
  return std::get<RunBegun>(**event).spec;
}

}  // namespace specctl::cli
