#include "common/sweep/measured_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/base/unique_fd.h"
#include "common/compare/run_sample.h"
#include "common/journal/record_frame.h"
#include "common/planning/json_object_reader.h"
#include "common/planning/measurement_json.h"
#include "common/planning/point_measurement.h"
#include "common/report/output_file.h"

namespace specctl {
namespace {

// Of measurement.json; another one is folded anew.
constexpr uint64_t kMeasurementSchemaVersion = 1;

std::string JournalIn(const std::string& run_dir) { return run_dir + "/journal.pb"; }

std::string MeasurementText(const MeasuredFolder& folder) {
  JsonWriter json(JsonWriter::Style::kCompact);
  json.BeginObject();
  json.Field("schema_version", kMeasurementSchemaVersion);
  json.Field("run_id", folder.run_id);
  json.Key("fold");
  json.BeginObject();
  WriteFoldKey(folder.key, json);
  json.EndObject();
  json.Key("measured");
  json.BeginObject();
  WriteMeasurement(folder.measured, json);
  json.EndObject();
  json.EndObject();
  return std::move(json).Take() + "\n";
}

// nullopt where the file is not there, or not what this version writes: it is made anew.
std::optional<MeasuredFolder> ReadMeasurementFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto value = ParseJsonObject(path, text);
  if (!value.ok()) return std::nullopt;
  JsonErrors errors(path);
  const JsonObjectReader top(value->get_object(), "", errors);
  if (top.Count("schema_version") != kMeasurementSchemaVersion) return std::nullopt;
  MeasuredFolder folder{.run_id = top.NeedText("run_id")};
  top.ForObject("fold", [&](const JsonObjectReader& fold) { folder.key = ReadFoldKey(fold); });
  top.ForObject("measured", [&](const JsonObjectReader& measured) {
    folder.measured = ReadMeasurement(measured);
  });
  return errors.status().ok() ? std::optional(std::move(folder)) : std::nullopt;
}

std::string WhyCutShort(const Results& results) {
  if (!results.ended) return "its journal has no end: the run was cut off";
  if (results.end.end == RunEnd::kCompleted) return "";
  return results.end.reason.empty() ? "it was interrupted" : results.end.reason;
}

}  // namespace

absl::StatusOr<FoldKey> KeyOfJournal(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts = {};
  if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) {
    return absl::NotFoundError(absl::StrFormat("%s: no such file", path));
  }
  FoldKey key{.journal_bytes = static_cast<uint64_t>(facts.st_size),
              .fold_version = kPointFoldVersion};
  uint64_t at = 0;
  std::array<char, kRecordHeadBytes> head;
  bool any = false;
  while (at + kRecordHeadBytes <= key.journal_bytes &&
         ::pread(file.get(), head.data(), head.size(), static_cast<off_t>(at)) ==
             static_cast<ssize_t>(head.size())) {
    const RecordHead record = ReadRecordHead({head.data(), head.size()});
    const uint64_t end = at + kRecordHeadBytes + record.length;
    // Zeros that a file system left, or a record cut short.
    if (record.length == 0 || end > key.journal_bytes) break;
    key.last_record_crc32c = record.crc32c;
    any = true;
    at = end;
  }
  if (!any) return absl::DataLossError(absl::StrFormat("%s: holds no record", path));
  return key;
}

absl::StatusOr<MeasuredFolder> MeasureFolder(const std::string& run_dir, std::string_view run_id) {
  const auto key = KeyOfJournal(JournalIn(run_dir));
  if (!key.ok()) return key.status();
  auto kept = ReadMeasurementFile(run_dir + "/" + std::string(kMeasurementFile));
  const bool fits = kept && kept->key == *key && (run_id.empty() || kept->run_id == run_id);
  if (fits) return *std::move(kept);
  return FoldFolder(run_dir);
}

absl::StatusOr<MeasuredFolder> FoldFolder(const std::string& run_dir) {
  const auto key = KeyOfJournal(JournalIn(run_dir));
  if (!key.ok()) return key.status();
  const auto sample = ReadRunSample(run_dir);
  if (!sample.ok()) return sample.status();
  MeasuredFolder folder{.run_id = sample->results.spec.run_id,
                        .key = *key,
                        .cut_short = WhyCutShort(sample->results),
                        .measured = MeasurePoint(MeasureRun(*sample))};
  // Of a run that was cut short nobody asks twice.
  if (!folder.cut_short.empty()) return folder;
  const absl::Status written =
      WriteFile(run_dir + "/" + std::string(kMeasurementFile), MeasurementText(folder));
  if (!written.ok()) return written;
  return folder;
}

}  // namespace specctl
