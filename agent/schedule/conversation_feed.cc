#include "agent/schedule/conversation_feed.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace specctl::agent {

ConversationFeed::ConversationFeed(const Slice& slice, std::optional<MonoTime> begin_before)
    : slice_(slice), begin_before_(begin_before), next_position_(slice.agent) {
  assert(slice.rows > 0 && slice.agents > 0);
}

bool ConversationFeed::HasNext() const {
  return !stopped_ &&
         !(slice_.limits.positions_end && next_position_ >= *slice_.limits.positions_end);
}

std::optional<Assignment> ConversationFeed::Next(MonoTime at) {
  if (!HasNext() || !MayBegin(at)) return std::nullopt;
  const Assignment assignment{next_position_, &At(next_position_), TurnsAt(next_position_)};
  next_position_ += slice_.agents;
  return assignment;
}

bool ConversationFeed::MayBegin(MonoTime now) const {
  return !stopped_ && !(begin_before_ && now >= *begin_before_);
}

void ConversationFeed::Stop(UnassignedReason reason) {
  if (!stopped_) stopped_ = reason;
}

void ConversationFeed::AbandonAfterFailure(uint64_t turns) { after_failure_ += turns; }
void ConversationFeed::AbandonAtStop(uint64_t turns) { at_stop_ += turns; }

std::vector<Unassigned> ConversationFeed::TakeStock() const {
  std::vector<Unassigned> stock;
  if (after_failure_ > 0) stock.push_back({UnassignedReason::kEarlierTurnFailed, after_failure_});
  const uint64_t stopped = at_stop_ + RequestsNeverBegun();
  if (stopped > 0) stock.push_back({stopped_.value_or(UnassignedReason::kLimit), stopped});
  return stock;
}

const WorkloadItem& ConversationFeed::At(uint64_t position) const {
  // Positions keep counting through repeats of the dataset.
  const uint64_t order_index = position % slice_.rows;
  const auto entry = std::lower_bound(
      slice_.entries.begin(), slice_.entries.end(), order_index,
      [](const Slice::Entry& e, uint64_t wanted) { return e.order_index < wanted; });
  assert(entry != slice_.entries.end() && entry->order_index == order_index);
  return entry->item;
}

uint32_t ConversationFeed::TurnsAt(uint64_t position) const {
  const auto turns = static_cast<uint32_t>(At(position).turns.size());
  const WorkloadLimits& limits = slice_.limits;
  // --requests may cut the plan in the middle of its last conversation.
  const bool last = limits.positions_end && position + 1 == *limits.positions_end;
  return last && limits.last_position_turns ? std::min(turns, *limits.last_position_turns) : turns;
}

// The agent's positions meet the same rows again after rows / gcd steps, so whole rounds are
// multiplied, not walked.
uint64_t ConversationFeed::RequestsNeverBegun() const {
  const WorkloadLimits& limits = slice_.limits;
  if (!limits.positions_end || next_position_ >= *limits.positions_end) return 0;
  const uint64_t left = (*limits.positions_end - next_position_ - 1) / slice_.agents + 1;
  const uint64_t last = next_position_ + (left - 1) * slice_.agents;
  const uint64_t round = slice_.rows / std::gcd<uint64_t>(slice_.agents, slice_.rows);
  const auto turns_of = [&](uint64_t positions) {
    uint64_t turns = 0;
    for (uint64_t k = 0; k < positions; ++k) {
      turns += At(next_position_ + k * slice_.agents).turns.size();
    }
    return turns;
  };
  const uint64_t rounds = left / round;
  const uint64_t whole = rounds > 0 ? rounds * turns_of(round) : 0;
  // The last position may be cut short; it is a whole one in the sums above.
  return whole + turns_of(left % round) - (At(last).turns.size() - TurnsAt(last));
}

}  // namespace specctl::agent
