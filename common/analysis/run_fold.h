// RunFold: journal -> results.  The live view and the final report are this one fold.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <absl/status/status.h>

#include "common/analysis/ended_request.h"
#include "common/analysis/live_figures.h"
#include "common/analysis/results.h"
#include "common/analysis/run_context.h"
#include "common/journal/event.h"

namespace specctl {

struct RunState;

// Events go in in journal order.  Memory grows with requests (a small row each) and open streams,
// never with chunks.  A request's figures are settled once every agent that is not lost has
// reported past the times that decide them, so that the order in which agents' batches came does
// not matter.
class RunFold {
 public:
  // Called for each request, once settled, in the order of ends (lost ones last), whatever the
  // order in which agents' batches came.  May be empty.
  using RequestSink = std::function<void(const EndedRequest&)>;
  // What a request that goes to the sink has of its chunks: counts, or each one as well
  // (`open.kept`, for export --chunks), 32 bytes a chunk while the request lasts.
  enum class Chunks { kCounted, kKept };

  explicit RunFold(RequestSink sink = {}, Chunks chunks = Chunks::kCounted);
  RunFold(RunFold&&) noexcept;
  ~RunFold();

  // DATA_LOSS where an event contradicts those before it (unknown agent, undecodable chunks): what
  // contradicts is passed over, of a batch the rest is applied; the event is counted, and the run's
  // verdict says so.
  absl::Status Apply(const Event& event);

  LiveFigures Live() const;  // cheap: several times a second
  // Whole seconds of the hold that all agents have reported; 0 before it.
  double HoldSeconds() const;
  // The headline, had the hold ended with them; nullopt: it would be too short for one.  Takes as
  // long as most of Finish().
  std::optional<FigureSet> HoldSoFar() const;
  // Settles what is still open as lost and returns everything.  Called once, at the end; nothing
  // may be applied afterwards.
  Results Finish();

  // Metadata of the row that was sent at that position; nullptr where the journal has none.
  const PlannedRow* RowAt(uint64_t position) const;
  // What is known of the run so far; valid as long as the fold.
  const RunContext& Run() const;

 private:
  std::unique_ptr<RunState> state_;
};

}  // namespace specctl
