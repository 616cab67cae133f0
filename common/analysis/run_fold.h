// RunFold: journal -> results.  The live view and the final report are this one fold.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <absl/status/status.h>

#include "common/analysis/ended_request.h"
#include "common/analysis/results.h"
#include "common/analysis/run_context.h"
#include "common/figures/stage.h"
#include "common/journal/event.h"

namespace specctl {

struct RunState;

// What the live view shows; cheap to ask for several times a second.
struct LiveFigures {
  LiveStage stage = LiveStage::kPreparing;
  double elapsed_s = 0;  // since T0
  uint64_t done = 0, in_flight = 0, failed = 0;
  std::optional<uint64_t> planned;
  std::vector<double> output_tps_by_second;  // the last 60 whole seconds, oldest first
  // By arrival in the last 10 s that all agents have reported, all requests; TTFT from their begin.
  std::optional<double> ttft_p50_ms, ttft_p99_ms, step_p50_ms, step_p99_ms;
  uint32_t agents = 0, agents_lost = 0;
  Verdict verdict;  // so far
};

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

  LiveFigures Live() const;
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
