// RunContext: what the whole fold knows of the run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <absl/status/status.h>

#include "common/analysis/logged_statistics.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/slice_values.h"
#include "common/analysis/stages.h"
#include "common/journal/event.h"

namespace specctl {

struct RunContext {
  std::optional<RunBegun> begun;
  std::optional<Armed> armed;
  std::unordered_map<uint64_t, PlannedRow> planned_rows;  // by order index
  std::vector<TargetProbed> targets;                      // in the order of their probes
  std::optional<RunEnded> ended;
  SliceValues addresses;                   // of the same
  SliceValues header_values;               // of the requests that have ended
  std::optional<LoggedStatistics> logged;  // absent: no files were read, or not yet
  bool keep_chunks = false;                // someone wants each chunk
  bool rows_have_stop = false;             // any of the planned rows
  bool rows_ignore_eos = false;            // the same
  // Agents whose clock nothing but its wall time relates to the controller's.
  bool clock_unmapped = false;

  const RunSpec& spec() const { return begun->spec; }  // requires begun
  // Sets the numbers of what the request is sliced by.
  void NumberTexts(const RequestFinished& finish, SettledRequest& settled);
  // Order index of a position, and how often the dataset had been sent before it.
  uint64_t OrderIndexOf(uint64_t position) const;
  uint64_t CycleOf(uint64_t position) const;
  // The same for all requests of one question.
  uint64_t QuestionOf(uint64_t position) const;
  // The metadata of a position; nullptr where the journal has none.
  const PlannedRow* RowAt(uint64_t position) const;
  const TargetProbed* Target(uint32_t target) const;
  // Whether a chunk of that target's engine is a step of it.
  bool ChunkIsStep(uint32_t target) const;
  // Of the journal's end, applied before what the requests of the run say.  Never fails.
  absl::Status AddLogged(const StatisticsRead& read);
  // What the server's files say of that response; nullptr: nothing, or no id is given.
  const LoggedResponse* LoggedAs(const std::optional<std::string>& response_id) const;
};

}  // namespace specctl
