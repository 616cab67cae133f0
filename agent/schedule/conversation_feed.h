// ConversationFeed: which conversation a free slot takes next, and what is left unsent.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/clock.h"
#include "common/journal/event.h"
#include "common/workload/slice.h"

namespace specctl::agent {

// One conversation handed to a slot.
struct Assignment {
  uint64_t position = 0;
  const WorkloadItem* item = nullptr;
  uint32_t turns = 0;  // of it that may be sent; at least 1
};

// Hands out an agent's positions, agent, agent + agents, agent + 2*agents, ..., in this order and
// each once, until the plan's end, the time limit or Stop().
//
// Every planned request is either handed out or counted as unassigned under one reason, so that
// planned = begun + shed + unassigned holds for the agent.  Where the plan has no end (a duration
// alone), what counts as planned is the turns of conversations handed out.  Pure; not thread-safe.
class ConversationFeed {
 public:
  // `slice` outlives the feed and holds every conversation that its positions meet.
  // `begin_before`: no turn begins from then on; nullopt: no time limit.
  ConversationFeed(const Slice& slice, std::optional<MonoTime> begin_before);

  // The next conversation, or nullopt where there is no further work.  `at`: when it begins; in an
  // open loop when it is due, for one that is late is begun all the same.
  std::optional<Assignment> Next(MonoTime at);
  // Whether Next() has a conversation for a time before the limit.
  bool HasNext() const;
  // Whether a further turn of a conversation may begin.
  bool MayBegin(MonoTime now) const;
  // No turn begins from now on; what is left is unassigned for `reason`.  The first reason stays.
  void Stop(UnassignedReason reason);
  // `turns` of a conversation are not sent, since one before them failed.
  void AbandonAfterFailure(uint64_t turns);
  // `turns` of a conversation are not sent, since MayBegin() said no.
  void AbandonAtStop(uint64_t turns);

  // All that was not sent, reasons without requests left out.  To be asked when no slot runs.
  std::vector<Unassigned> TakeStock() const;

 private:
  uint32_t TurnsAt(uint64_t position) const;
  const WorkloadItem& At(uint64_t position) const;
  uint64_t RequestsNeverBegun() const;

  const Slice& slice_;
  const std::optional<MonoTime> begin_before_;
  uint64_t next_position_;
  std::optional<UnassignedReason> stopped_;
  uint64_t after_failure_ = 0, at_stop_ = 0;
};

}  // namespace specctl::agent
