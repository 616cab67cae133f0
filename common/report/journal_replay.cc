#include "common/report/journal_replay.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/journal/journal_reader.h"

namespace specctl {
namespace {

absl::Status RequireFolder(const std::string& run_dir) {
  std::error_code error;
  if (std::filesystem::is_directory(run_dir, error)) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrFormat("%s: no such run: need the folder of a run (runs/<id>)", run_dir));
}

// "300 bytes lost: 80 at byte 120, 220 at byte 4096"
std::string DamageText(const JournalDamage& damage) {
  std::vector<std::string> stretches;
  for (const DamagedStretch& stretch : damage.first) {
    stretches.push_back(absl::StrFormat("%d at byte %d", stretch.bytes, stretch.offset));
  }
  // Only the first few are kept by place.
  const uint64_t more = damage.stretches - damage.first.size();
  if (more > 0) stretches.push_back(absl::StrFormat("and %d more stretches", more));
  return absl::StrFormat("%d bytes lost: %s", damage.bytes, absl::StrJoin(stretches, ", "));
}

absl::Status NoSpec(const std::string& path, const JournalDamage& damage) {
  return absl::DataLossError(absl::StrFormat("%s: does not begin with a run's spec: %s", path,
                                             damage.stretches > 0
                                                 ? "damaged, " + DamageText(damage)
                                                 : "empty, cut short, or not a journal"));
}

// What stands at the journal's end and is of requests before it.
absl::Status ApplyStatistics(const std::string& path, RunFold& fold) {
  absl::StatusOr<JournalReader> reader = JournalReader::Open(path);
  if (!reader.ok()) return reader.status();
  for (;;) {
    absl::StatusOr<std::optional<Event>> event = reader->Next();
    if (!event.ok()) return event.status();
    if (!*event) return absl::OkStatus();
    if (!std::holds_alternative<StatisticsRead>(**event)) continue;
    if (absl::Status applied = fold.Apply(**event); !applied.ok()) return applied;
  }
}

}  // namespace

absl::StatusOr<JournalLoss> ReplayJournal(const std::string& run_dir, const OnRunBegun& on_begun,
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
        return NoSpec(path, reader->loss().damage);
      }
      if (absl::Status ready = on_begun(*begun); !ready.ok()) return ready;
    }
    // The end; an empty journal was refused above.
    if (!*event) return reader->loss();
    // It was applied before everything else.
    if (std::holds_alternative<StatisticsRead>(**event)) continue;
    // What a contradiction means is part of the results: the fold counts it, the verdict tells.
    const absl::Status applied = fold.Apply(**event);
    if (!applied.ok() && !absl::IsDataLoss(applied)) return applied;
    if (const auto* begun = std::get_if<RunBegun>(&**event);
        begun != nullptr && !begun->spec.sglang_metrics_dir.empty()) {
      if (absl::Status read = ApplyStatistics(path, fold); !read.ok()) return read;
    }
  }
}

void AddJournalLoss(const JournalLoss& loss, Results& results) {
  results.journal_torn_bytes = loss.torn_bytes;
  results.journal_damage = loss.damage;
  if (loss.damage.stretches == 0) return;
  Verdict& verdict = results.verdict;
  verdict.state = std::max(verdict.state, VerdictState::kDegraded);
  // First: it may explain the others.
  verdict.reasons.insert(verdict.reasons.begin(),
                         {.code = ReasonCode::kJournalDamaged, .text = DamageText(loss.damage)});
}

absl::StatusOr<Results> ReadResults(const std::string& run_dir) {
  RunFold fold;
  const auto loss = ReplayJournal(
      run_dir, [](const RunBegun&) { return absl::OkStatus(); }, fold);
  if (!loss.ok()) return loss.status();
  Results results = fold.Finish();
  AddJournalLoss(*loss, results);
  return results;
}

std::vector<std::string> JournalLossLines(const std::string& run_dir, const JournalLoss& loss) {
  std::vector<std::string> lines;
  if (loss.damage.stretches > 0) {
    lines.push_back(
        absl::StrFormat("%s/journal.pb: damaged: %s", run_dir, DamageText(loss.damage)));
  }
  if (loss.torn_bytes > 0) {
    lines.push_back(absl::StrFormat(
        "%s/journal.pb: torn tail: its last %d bytes are not a whole record and were left out",
        run_dir, loss.torn_bytes));
  }
  return lines;
}

}  // namespace specctl
