#include <optional>

#include "common/base/json_writer.h"
#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "common/report/output_file.h"

namespace specctl {
namespace {

std::string ChunkLine(const RunFold::ChunkRow& chunk) {
  JsonWriter json;
  json.BeginObject();
  json.Field("request_id", RequestId(*chunk.request));
  json.Field("response_id", chunk.request->finish.response_id);
  json.Field("chunk", chunk.chunk);
  json.Field("t_ns", chunk.arrival_ns);
  json.Field("t_early_ns", chunk.early_ns);
  json.Field("t_unix_ns", chunk.arrival_unix_ns);
  json.Key("tokens");
  if (chunk.tokens) {
    json.Value(*chunk.tokens);
  } else {
    json.Null();
  }
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace

absl::StatusOr<JournalLoss> ExportChunks(const std::string& run_dir,
                                         const std::string& output_path) {
  std::optional<OutputFile> file;
  const auto open_file = [&](const RunBegun&) {
    absl::StatusOr<OutputFile> created = OutputFile::Create(output_path);
    if (created.ok()) file.emplace(std::move(*created));
    return created.status();
  };
  RunFold fold({}, [&](const RunFold::ChunkRow& chunk) { file->Append(ChunkLine(chunk)); });
  absl::StatusOr<JournalLoss> loss = ReplayJournal(run_dir, open_file, fold);
  if (!loss.ok()) return loss.status();
  fold.Finish();
  if (absl::Status done = file->Commit(); !done.ok()) return done;
  return loss;
}

}  // namespace specctl
