#include "controller/measure/recovered_run.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/journal/journal_reader.h"

namespace specctl::controller {

absl::StatusOr<RecoveredRun> RecoverRun(const std::string& path) {
  auto reader = JournalReader::Open(path);
  if (!reader.ok()) return reader.status();
  RunPast past;
  RunFold fold;
  std::vector<Scraped> scrapes;
  for (;;) {
    auto event = reader->Next();
    if (!event.ok()) return event.status();
    if (!*event) break;
    past.Apply(**event);
    // What contradicts itself is the verdict's to tell.
    fold.Apply(**event).IgnoreError();
    auto* scraped = std::get_if<Scraped>(&**event);
    if (scraped == nullptr || (scraped->new_series.empty() && !scraped->gone)) continue;
    scraped->text_gzip.clear();
    scrapes.push_back(std::move(*scraped));
  }
  if (reader->loss().damage.stretches > 0) {
    return absl::DataLossError(absl::StrFormat("%s: damaged before its end", path));
  }
  auto journal = JournalWriter::Reopen(path, reader->whole_bytes());
  if (!journal.ok()) return journal.status();
  return RecoveredRun{.past = std::move(past),
                      .fold = std::move(fold),
                      .journal = *std::move(journal),
                      .scrapes = std::move(scrapes),
                      .bytes = reader->whole_bytes()};
}

}  // namespace specctl::controller
