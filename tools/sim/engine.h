// Engine: runs a BatchModel in real time.
#pragma once

#include <unordered_map>

#include "common/base/task.h"
#include "tools/sim/batch_model.h"

namespace specctl::sim {

// Who gets the outputs of a request.
class StepSink {
 public:
  virtual ~StepSink() = default;
  virtual void OnStep(const StepOutput& output) = 0;
};

// Steps end at the times that the model gives, never at "now plus a delay".  A thin shell: all that
// is worth a test is in BatchModel.  Single-threaded.
class Engine {
 public:
  Engine(Executor executor, const BatchOptions& options);

  // `sink` gets each output until the one that finishes, or RemoveSequence().  Returns the
  // request's id.
  uint64_t AddSequence(SequenceSpec spec, StepSink& sink);
  void RemoveSequence(uint64_t id);

  // Runs until it is cancelled or Halt() is called.
  Task<void> Run();
  // No further step ends: what hangs on this engine hears nothing more.
  void Halt();

  BatchModel& model() { return model_; }
  const BatchModel& model() const { return model_; }

 private:
  void EndDueSteps();

  BatchModel model_;
  Timer timer_;
  std::unordered_map<uint64_t, StepSink*> sinks_;
  uint64_t next_id_ = 0;
  bool halted_ = false;
};

}  // namespace specctl::sim
