// LoadDataset: what --dataset names -> conversations.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/conversation.h"
#include "common/dataset/dataset_identity.h"
#include "common/dataset/dataset_name.h"
#include "common/dataset/row_form.h"

namespace specctl {

struct DatasetRequest {
  // --dataset: a name of dataset_name.h or a file.  Empty: speed_bench_throughput_1k where it is
  // found, else builtin.
  std::string dataset;
  // Read the rows of the named dataset from this file, instead of looking for it (AIPerf's
  // --custom-dataset-type NAME --input-file FILE).
  std::string file;
  std::optional<RowForm> form;           // --dataset-format; nullopt: detected
  std::vector<std::string> search_dirs;  // DatasetSearchDirs(--dataset-dir)
  uint64_t builtin_seed = 0;             // of the generated text
};

struct Dataset {
  DatasetIdentity identity;
  DatasetFamily family = DatasetFamily::kFile;
  std::vector<Conversation> conversations;  // in file order; at least one
  std::vector<uint32_t> reply_end_ids;      // of token ids: what ends a reply; may be empty
  // What the user should be told before the run; one sentence each.
  std::vector<std::string> notes;
};

// Reads or generates the dataset, and keeps the rows that its name selects.  The first bad row
// ends it: a figure from a part of a dataset would pass for one of the whole.
//
// Errors name the flag or "FILE:LINE", and say what to do.
// NOT_FOUND            unknown name (with the near ones), no such file
// INVALID_ARGUMENT     a file or row that can't be read (row_file.h, row_decoder.h); no row left
// FAILED_PRECONDITION  Parquet files alone; a row with SPEED-Bench's placeholder
absl::StatusOr<Dataset> LoadDataset(const DatasetRequest& request);

// The same, a conversation at a time: `sink` gets each one selected, `conversations` stays empty.
using ConversationSink = std::function<void(Conversation)>;
absl::StatusOr<Dataset> ScanDataset(const DatasetRequest& request, const ConversationSink& sink);

// Rows that the whole of a named dataset has; nullopt: not known.
std::optional<uint64_t> RowsOfNamedDataset(const DatasetName& name);

}  // namespace specctl
