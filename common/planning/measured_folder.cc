#include "common/planning/measured_folder.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/compare/run_sample.h"
#include "common/journal/record_frame.h"
#include "common/planning/measurement_json.h"
#include "common/planning/point_measurement.h"
#include "common/report/output_file.h"

namespace specctl {
namespace {

namespace fs = std::filesystem;

std::string JournalIn(const std::string& run_dir) { return run_dir + "/journal.pb"; }

// The head of the record at `offset`; nullopt where a whole one is not there.
std::optional<RecordHead> HeadAt(std::ifstream& journal, uint64_t offset, uint64_t size) {
  if (offset + kRecordHeadBytes > size) return std::nullopt;
  std::array<char, kRecordHeadBytes> bytes;
  journal.seekg(static_cast<std::streamoff>(offset));
  if (!journal.read(bytes.data(), bytes.size())) return std::nullopt;
  const RecordHead head = ReadRecordHead({bytes.data(), bytes.size()});
  if (head.length == 0 || offset + kRecordHeadBytes + head.length > size) return std::nullopt;
  return head;
}

std::optional<MeasuredFolder> ReadCache(const std::string& run_dir) {
  const std::string path = run_dir + "/" + std::string(kPointCacheFile);
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(path, text);
  // A cache that is damaged, or of another version, is made anew.
  if (!document.ok()) return std::nullopt;
  JsonErrors errors(path);
  const JsonObjectReader object(document->root(), "", errors);
  MeasuredFolder folder{.run_id = object.Text("run_id"), .fold = ReadFoldKey(object)};
  if (!IsCurrent(folder.fold, run_dir)) return std::nullopt;
  object.ForObject("measured", [&](const JsonObjectReader& measured) {
    folder.measured = ReadMeasurement(measured);
  });
  folder.from_cache = true;
  return errors.status().ok() && object.Has("measured") ? std::optional(folder) : std::nullopt;
}

absl::Status WriteCache(const std::string& run_dir, const MeasuredFolder& folder) {
  JsonWriter json;
  json.BeginObject();
  json.Field("run_id", folder.run_id);
  WriteFoldKey(folder.fold, json);
  json.Key("measured");
  json.BeginObject();
  WriteMeasurement(folder.measured, json);
  json.EndObject();
  json.EndObject();
  return WriteFile(run_dir + "/" + std::string(kPointCacheFile), std::move(json).Take() + "\n");
}

}  // namespace

bool HasJournal(const std::string& run_dir) {
  std::error_code error;
  return fs::is_regular_file(JournalIn(run_dir), error);
}

bool IsCurrent(const FoldKey& key, const std::string& run_dir) {
  if (key.fold_version != kPointFoldVersion) return false;
  std::error_code error;
  const auto size = fs::file_size(JournalIn(run_dir), error);
  if (error || size != key.journal_bytes) return false;
  std::ifstream journal(JournalIn(run_dir), std::ios::binary);
  const std::optional<RecordHead> head = HeadAt(journal, key.last_record_offset, size);
  return head && head->crc32c == key.last_record_crc32c;
}

absl::StatusOr<FoldKey> FoldKeyOf(const std::string& run_dir) {
  const std::string path = JournalIn(run_dir);
  std::error_code error;
  const auto size = fs::file_size(path, error);
  std::ifstream journal(path, std::ios::binary);
  if (error || !journal) return absl::NotFoundError(absl::StrFormat("%s: can't be read", path));
  FoldKey key{.journal_bytes = size, .fold_version = kPointFoldVersion};
  uint64_t offset = 0;
  // Up to the first that is not whole: what lies behind damage is in the length.
  while (const std::optional<RecordHead> head = HeadAt(journal, offset, size)) {
    key.last_record_offset = offset;
    key.last_record_crc32c = head->crc32c;
    offset += kRecordHeadBytes + head->length;
  }
  return key;
}

absl::StatusOr<MeasuredFolder> MeasureFolder(const std::string& run_dir) {
  if (auto cached = ReadCache(run_dir)) return *std::move(cached);
  const absl::StatusOr<RunSample> sample = ReadRunSample(run_dir);
  if (!sample.ok()) return sample.status();
  const absl::StatusOr<FoldKey> key = FoldKeyOf(run_dir);
  if (!key.ok()) return key.status();
  MeasuredFolder folder{.run_id = sample->results.spec.run_id,
                        .fold = *key,
                        .measured = MeasurePoint(MeasureRun(*sample))};
  // A folder that can't be written to, e.g. an archive, is only slower the next time.
  WriteCache(run_dir, folder).IgnoreError();
  return folder;
}

}  // namespace specctl
