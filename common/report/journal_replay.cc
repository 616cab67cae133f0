#include "common/report/journal_replay.h"

#include <filesystem>
#include <system_error>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/journal/journal_reader.h"

namespace specctl {
namespace {

absl::Status RequireFolder(const std::string& run_dir) {
  std::error_code error;
  if (std::filesystem::is_directory(run_dir, error)) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrFormat("%s: no such run: need the folder that a run left (runs/<id>)", run_dir));
}

}  // namespace

absl::StatusOr<uint64_t> ReplayJournal(const std::string& run_dir, const OnRunBegun& on_begun,
                                       RunFold& fold) {
  if (absl::Status folder = RequireFolder(run_dir); !folder.ok()) return folder;
  const std::string path = (std::filesystem::path(run_dir) / "journal.pb").string();
  absl::StatusOr<JournalReader> reader = JournalReader::Open(path);
  if (!reader.ok()) return reader.status();
  for (bool first = true;; first = false) {
    absl::StatusOr<std::optional<Event>> event = reader->Next();
    if (!event.ok()) return event.status();
    if (first) {
      const RunBegun* begun = *event ? std::get_if<RunBegun>(&**event) : nullptr;
      if (begun == nullptr) {
        return absl::DataLossError(absl::StrFormat(
            "%s: does not begin with a run's spec: empty, cut at once, or no journal", path));
      }
      if (absl::Status ready = on_begun(*begun); !ready.ok()) return ready;
    }
    if (!*event) return reader->torn_bytes();
    // What a contradiction means is part of the results: the fold counts it, the verdict tells.
    const absl::Status applied = fold.Apply(**event);
    if (!applied.ok() && !absl::IsDataLoss(applied)) return applied;
  }
}

std::string TornTailText(const std::string& run_dir, uint64_t torn_bytes) {
  return absl::StrFormat(
      "%s/journal.pb: torn tail: its last %d bytes are no whole record and were left out", run_dir,
      torn_bytes);
}

}  // namespace specctl
