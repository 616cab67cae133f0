#include "common/dataset/dataset.h"

#include <filesystem>
#include <set>
#include <system_error>
#include <unordered_set>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/hash.h"
#include "common/dataset/builtin.h"
#include "common/dataset/dataset_locator.h"
#include "common/dataset/prepared_pins.h"
#include "common/dataset/random_tokens.h"
#include "common/dataset/row_decoder.h"
#include "common/dataset/row_file.h"

namespace specctl {
namespace {

namespace fs = std::filesystem;

// What SPEED-Bench measures throughput with, at its shortest inputs.
constexpr std::string_view kDefaultDataset = "speed_bench_throughput_1k";

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

absl::Status UnknownDataset(const std::string& dataset) {
  // Near names help who mistyped a name, not who mistyped a path.
  const bool looks_like_path = dataset.find_first_of("/\\") != std::string::npos ||
                               dataset.ends_with(".json") || dataset.ends_with(".jsonl") ||
                               dataset.ends_with(".parquet");
  if (looks_like_path) {
    return absl::NotFoundError(absl::StrFormat("--dataset %s: no such file", dataset));
  }
  const std::vector<std::string> near = NearDatasetNames(dataset);
  return absl::NotFoundError(absl::StrFormat(
      "--dataset %s: not the name of a dataset, and no such file; %s`specctl dataset list` shows "
      "the names",
      dataset,
      near.empty() ? "" : absl::StrFormat("did you mean %s? ", absl::StrJoin(near, ", "))));
}

bool IsGenerated(const DatasetName& name) {
  return name.family == DatasetFamily::kBuiltin || name.family == DatasetFamily::kRandom;
}

// What is to be read, once names are resolved.
struct Source {
  DatasetName name;
  std::vector<DatasetFile> files;  // none: generated
  std::vector<std::string> notes;
};

Source DefaultSource(const std::vector<std::string>& dirs) {
  Source source;
  source.name = *ParseDatasetName(kDefaultDataset);
  absl::StatusOr<std::vector<DatasetFile>> files = LocateDataset(source.name, dirs);
  if (files.ok()) {
    source.files = *std::move(files);
    source.notes.push_back(absl::StrFormat("no --dataset: using %s", std::string(kDefaultDataset)));
    return source;
  }
  source.name = *ParseDatasetName("builtin");
  const std::string reason =
      absl::IsNotFound(files.status())
          ? absl::StrFormat("%s is not in %s", std::string(kDefaultDataset),
                            dirs.empty() ? "any folder (none is set)" : absl::StrJoin(dirs, ", "))
          : std::string(files.status().message());
  // A run without data still works, and says so.
  source.notes.push_back("no --dataset: using generated prompts; " + reason);
  return source;
}

absl::StatusOr<Source> Resolve(const DatasetRequest& request) {
  if (request.dataset.empty() && request.file.empty()) return DefaultSource(request.search_dirs);
  Source source;
  const std::optional<DatasetName> name = ParseDatasetName(request.dataset);
  if (name) {
    source.name = *name;
    if (!request.file.empty()) {
      // The name selects rows; the file says where they are.
      source.files = {{.path = request.file, .category = "", .sub_category = ""}};
    } else if (!IsGenerated(*name)) {
      absl::StatusOr<std::vector<DatasetFile>> files = LocateDataset(*name, request.search_dirs);
      if (!files.ok()) return files.status();
      source.files = *std::move(files);
    }
    return source;
  }
  const std::string path = request.file.empty() ? request.dataset : request.file;
  if (request.file.empty() && !Exists(path)) return UnknownDataset(request.dataset);
  // No known name: a file of the user's own, named as it was given.
  source.name.name = request.dataset.empty() ? path : request.dataset;
  source.files = {{.path = path, .category = "", .sub_category = ""}};
  return source;
}

// Reads the files of a source, selects, and counts what the notes tell.
class Reader {
 public:
  Reader(const DatasetRequest& request, const Source& source, const ConversationSink& sink)
      : request_(request), source_(source), sink_(sink) {}

  absl::Status ReadRowsOf(const DatasetFile& file, Dataset& dataset) {
    // One for each file: its first row decides the form of that file alone.
    RowDecoder decoder({.form = request_.form,
                        .named_speed_bench = source_.name.family == DatasetFamily::kSpeedBench,
                        .preparation = Preparation(file)});
    const absl::StatusOr<std::string> sha256 =
        ReadRows(file.path, [&](uint64_t line, std::string_view row) {
          absl::StatusOr<std::optional<Conversation>> decoded = decoder.Decode(row);
          if (!decoded.ok()) return decoded.status();
          ++rows_read_;
          // A row that is skipped counts as read; the decoder's notes say why.
          if (*decoded) TakeRow(file, line, **std::move(decoded));
          return absl::OkStatus();
        });
    if (!sha256.ok()) return sha256.status();
    digests_.push_back(*sha256);
    for (std::string& note : decoder.Notes()) {
      dataset.notes.push_back(absl::StrFormat("%s: %s", file.path, note));
    }
    if (decoder.form()) dataset.identity.format = NameOf(*decoder.form());
    if (decoder.token_header()) {
      TakeTokenizer(*decoder.token_header(), dataset.identity);
      dataset.reply_end_ids = decoder.token_header()->eos_token_ids;
    }
    return TakePins(file, *sha256, dataset);
  }

  absl::Status Finish(Dataset& dataset) const {
    dataset.identity.rows = rows_;
    dataset.identity.sha256 = Digest();
    if (rows_ == 0) return NoRows();
    if (repeated_ids_ > 0) {
      dataset.notes.push_back(
          absl::StrFormat("%d rows repeat the question_id of an earlier row", repeated_ids_));
    }
    const std::optional<uint64_t> expected = RowsOfNamedDataset(source_.name);
    if (expected && *expected != rows_) {
      dataset.notes.push_back(
          absl::StrFormat("%s has %d rows, this file has %d", source_.name.name, *expected, rows_));
    }
    return absl::OkStatus();
  }

 private:
  static void TakeTokenizer(const TokenHeader& header, DatasetIdentity& identity) {
    identity.tokenizer = header.tokenizer;
    identity.tokenizer_sha256 = header.tokenizer_sha256;
    identity.chat_template_sha256 = header.chat_template_sha256;
  }

  // A file that was changed since has no revision any more.
  static absl::Status TakePins(const DatasetFile& file, const std::string& sha256,
                               Dataset& dataset) {
    const auto pins = PinsBeside(file.path);
    if (!pins.ok()) return pins.status();
    if (!*pins) return absl::OkStatus();
    if ((*pins)->sha256 != sha256) {
      dataset.notes.push_back(
          absl::StrFormat("%s: not the file that prepared.json beside it tells of (its SHA-256 "
                          "differs), so its revision is unknown",
                          file.path));
      return absl::OkStatus();
    }
    dataset.identity.revision = (*pins)->revision;
    dataset.identity.resolver_sha256 = (*pins)->resolver_sha256;
    return absl::OkStatus();
  }

  void TakeRow(const DatasetFile& file, uint64_t line, Conversation conversation) {
    conversation.line = line;
    // A file of one category need not repeat it in each row; what the row says comes first.
    if (conversation.category.empty()) {
      conversation.category = file.category;
      if (IsEntropyTier(file.category)) conversation.tier = file.category;
    }
    if (conversation.sub_category.empty()) conversation.sub_category = file.sub_category;
    // Before the selection: an empty one is explained by what there is.
    if (categories_.size() < kCategoriesNamedMax) categories_.insert(conversation.category);
    const std::string& wanted = source_.name.category;
    if (!wanted.empty() && conversation.category != wanted) return;
    ++rows_;
    // Hashes: ids may be long texts, and millions of them.  A collision only makes a note wrong.
    if (!ids_.insert(Fnv1a(conversation.question_id)).second) ++repeated_ids_;
    sink_(std::move(conversation));
  }

  absl::Status NoRows() const {
    const std::string& path = source_.files.front().path;
    if (rows_read_ == 0) return absl::InvalidArgumentError(path + ": the file holds no rows");
    if (source_.name.category.empty()) {
      return absl::InvalidArgumentError(path + ": every row was skipped");
    }
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: no row has the category %s, which %s selects; its categories: %s", path,
        source_.name.category, source_.name.name, absl::StrJoin(categories_, ", ")));
  }

  // One file: its SHA-256.  Several: the one of what sha256sum prints of them.
  std::string Digest() const {
    if (digests_.size() == 1) return digests_.front();
    std::string lines;
    for (size_t i = 0; i < digests_.size(); ++i) {
      const std::string file = fs::path(source_.files[i].path).filename().string();
      lines += absl::StrFormat("%s  %s\n", digests_[i], file);
    }
    return Sha256Hex(lines);
  }

  std::string Preparation(const DatasetFile& file) const {
    const fs::path path(file.path);
    const std::string stem = path.stem().string();
    // A file that prepare.py wrote, by its name, although the user named only the file.
    const bool is_config = stem == "qualitative" || stem.starts_with("throughput_");
    fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    // The command writes into a folder of that name.
    if (folder.filename() == "speed-bench") folder = folder.parent_path();
    const std::string dir = folder.empty() ? "." : folder.string();
    const bool has_config = source_.name.family == DatasetFamily::kSpeedBench;
    return SpeedBenchPreparation(has_config  ? source_.name.config
                                 : is_config ? stem
                                             : std::string(),
                                 dir);
  }

  static constexpr size_t kCategoriesNamedMax = 20;

  const DatasetRequest& request_;
  const Source& source_;
  const ConversationSink& sink_;
  std::vector<std::string> digests_;
  std::set<std::string> categories_;
  std::unordered_set<uint64_t> ids_;
  uint64_t repeated_ids_ = 0;
  uint64_t rows_read_ = 0;
  uint64_t rows_ = 0;
};

std::string JoinPaths(const std::vector<DatasetFile>& files) {
  std::vector<std::string> paths;
  for (const DatasetFile& file : files) paths.push_back(file.path);
  return absl::StrJoin(paths, ", ");
}

absl::StatusOr<Dataset> ScanGenerated(const DatasetRequest& request, const DatasetName& name,
                                      Dataset dataset, const ConversationSink& sink) {
  if (request.form) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--dataset-format: %s is generated and has no format", name.name));
  }
  const bool is_random = name.family == DatasetFamily::kRandom;
  GeneratedRows generated = is_random ? GenerateRandomTokens(name.random, request.builtin_seed)
                                      : GenerateBuiltin(name, request.builtin_seed);
  dataset.identity.format = is_random ? "token_ids" : "builtin";
  dataset.identity.sha256 = std::move(generated.sha256);
  dataset.identity.rows = generated.conversations.size();
  dataset.identity.builtin = !is_random;
  dataset.identity.synthetic_text = is_random;
  for (Conversation& conversation : generated.conversations) sink(std::move(conversation));
  return dataset;
}

}  // namespace

absl::StatusOr<Dataset> ScanDataset(const DatasetRequest& request, const ConversationSink& sink) {
  absl::StatusOr<Source> source = Resolve(request);
  if (!source.ok()) return source.status();
  Dataset dataset;
  dataset.family = source->name.family;
  dataset.identity.name = source->name.name;
  dataset.identity.path = JoinPaths(source->files);
  dataset.notes = source->notes;
  // Only generated rows have no file.
  if (source->files.empty()) return ScanGenerated(request, source->name, std::move(dataset), sink);
  Reader reader(request, *source, sink);
  for (const DatasetFile& file : source->files) {
    if (absl::Status read = reader.ReadRowsOf(file, dataset); !read.ok()) return read;
  }
  if (absl::Status finished = reader.Finish(dataset); !finished.ok()) return finished;
  return dataset;
}

absl::StatusOr<Dataset> LoadDataset(const DatasetRequest& request) {
  std::vector<Conversation> conversations;
  absl::StatusOr<Dataset> dataset = ScanDataset(request, [&](Conversation conversation) {
    conversations.push_back(std::move(conversation));
  });
  if (dataset.ok()) dataset->conversations = std::move(conversations);
  return dataset;
}

std::optional<uint64_t> RowsOfNamedDataset(const DatasetName& name) {
  // As published: SPEED-Bench 80 a category and 512 a tier, MT-Bench 80, Spec-Bench 480.
  constexpr uint64_t kCategoryRows = 80;
  constexpr uint64_t kTierRows = 512;
  if (name.family == DatasetFamily::kMtBench) return 80;
  if (name.family == DatasetFamily::kSpecBench) return 480;
  if (name.family == DatasetFamily::kFile) return std::nullopt;
  if (name.family == DatasetFamily::kRandom) return name.random.rows();
  const bool whole = name.category.empty();
  if (!name.isl.empty()) return whole ? kTierRows * EntropyTiers().size() : kTierRows;
  return whole ? kCategoryRows * QualitativeCategories().size() : kCategoryRows;
}

}  // namespace specctl
