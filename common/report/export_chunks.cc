#include <optional>

#include "common/base/json_writer.h"
#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "common/report/output_file.h"

namespace specctl {
namespace {

// `number`: of the request's token-bearing chunks, the first being 0.
std::string ChunkLine(const EndedRequest& request, size_t number) {
  const KeptChunk& chunk = request.open.kept[number];
  JsonWriter json;
  json.BeginObject();
  json.Field("request_id", RequestId(request));
  json.Field("response_id", request.finish.response_id.value_or(""));
  json.Field("chunk", number);
  json.Field("t_ns", chunk.arrival_ns);
  json.Field("t_early_ns", chunk.early_ns);
  json.Field("t_unix_ns", chunk.arrival_unix_ns);
  // null, not absent: unknown is not 0, and every line has the same keys.
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
    // Only once the journal has begun: a mistyped run must not begin a file.
    absl::StatusOr<OutputFile> created = OutputFile::Create(output_path);
    if (created.ok()) file.emplace(std::move(*created));
    return created.status();
  };
  const auto append_chunks = [&](const EndedRequest& request) {
    for (size_t i = 0; i < request.open.kept.size(); ++i) file->Append(ChunkLine(request, i));
  };
  RunFold fold(append_chunks, RunFold::Chunks::kKept);
  absl::StatusOr<JournalLoss> loss = ReplayJournal(run_dir, open_file, fold);
  if (!loss.ok()) return loss.status();
  // Gives the requests that never ended to the sink, too.
  fold.Finish();
  if (absl::Status done = file->Commit(); !done.ok()) return done;
  return loss;
}

}  // namespace specctl
