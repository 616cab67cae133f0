#include "tools/sim/engine.h"

#include <boost/asio/this_coro.hpp>
#include <utility>

namespace specctl::sim {

namespace asio = boost::asio;

Engine::Engine(Executor executor, const BatchOptions& options)
    : model_(options), timer_(executor) {}

uint64_t Engine::AddSequence(SequenceSpec spec, StepSink& sink) {
  const uint64_t id = next_id_++;
  spec.id = id;
  sinks_.emplace(id, &sink);
  // Asked before: the new sequence begins a step.
  const bool was_idle = !model_.StepEnd();
  model_.AddSequence(std::move(spec), MonoNow());
  // The timer is waiting without a due time.
  if (was_idle) timer_.cancel();
  return id;
}

void Engine::RemoveSequence(uint64_t id) {
  sinks_.erase(id);
  model_.RemoveSequence(id);
}

Task<void> Engine::Run() {
  while (!halted_) {
    const MonoTime due = model_.StepEnd().value_or(MonoTime::max());
    timer_.expires_at(std::chrono::time_point_cast<std::chrono::steady_clock::duration>(due));
    co_await timer_.async_wait(kTuple);
    // The timer is cancelled for new work too; only the task's own cancellation ends it.
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    // Woken for new work there may be nothing due: the loop then waits for the new step's end.
    if (!halted_) EndDueSteps();
  }
}

void Engine::EndDueSteps() {
  while (model_.StepEnd() && *model_.StepEnd() <= MonoNow()) {
    // A step that is late is followed at once by those that are due by then.
    for (const StepOutput& output : model_.Advance(MonoNow())) {
      const auto found = sinks_.find(output.id);
      if (found == sinks_.end()) continue;  // its client went while this step was delivered
      StepSink* const sink = found->second;
      // Before the call, in which the sink may go.
      if (output.finish != Finish::kNo) sinks_.erase(found);
      sink->OnStep(output);
    }
  }
}

void Engine::Halt() {
  halted_ = true;
  timer_.cancel();
}

}  // namespace specctl::sim
