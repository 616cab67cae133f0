#include "tools/specctl/run_copy.h"

#include <unistd.h>

#include <absl/strings/str_format.h>

namespace specctl::cli {
namespace {

constexpr const char* kRunJournal = "journal.pb";

}  // namespace

absl::Status RunCopy::Open() {
  const std::string path = run_dir_ + "/" + kRunJournal;
  auto journal = JournalCopy::Open(path);
  if (!journal.ok()) return journal.status();
  if (journal->begun() != nullptr && journal->begun()->spec.run_id != run_id_) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--output-dir: %s is the journal of run %s, not of %s", path,
                        journal->begun()->spec.run_id, run_id_));
  }
  journal_ = *std::move(journal);
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, uint64_t>> RunCopy::Held() {
  // A job that never begins leaves no file.
  const bool any = journal_ || ::access((run_dir_ + "/" + kRunJournal).c_str(), F_OK) == 0;
  if (!any) return std::map<std::string, uint64_t>();
  if (!journal_) {
    if (auto opened = Open(); !opened.ok()) return opened;
  }
  return std::map<std::string, uint64_t>{{kRunJournal, journal_->bytes()}};
}

absl::Status RunCopy::Take(const controller::FileBytes& bytes) {
  if (bytes.path != kRunJournal) return absl::DataLossError("the controller sent another file");
  if (!journal_) {
    if (auto opened = Open(); !opened.ok()) return opened;
  }
  const absl::Status added = journal_->AddBytes(bytes.offset, bytes.data);
  if (added.ok() && view_) view_->Show(*journal_);
  return added;
}

}  // namespace specctl::cli
