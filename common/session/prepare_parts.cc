#include "common/session/prepare_parts.h"

#include <cassert>
#include <utility>

namespace specctl {
namespace {

size_t TextBytes(const WorkloadItem& item) {
  size_t bytes = item.extra_json.size() + item.model.size() + item.question_id.size();
  for (const std::vector<Message>& turn : item.turns) {
    for (const Message& message : turn) {
      bytes += message.role.size() + message.content.size() + message.raw_json.size() +
               5 * message.token_ids.size();  // a varint each
    }
  }
  return bytes;
}

}  // namespace

PrepareParts::PrepareParts(LoadJob head, std::shared_ptr<const Workload> workload,
                           size_t part_bytes_max)
    : head_(std::move(head)),
      workload_(std::move(workload)),
      order_indices_(OrderIndicesOfAgent(head_.slice.agent, head_.slice.agents, head_.slice.rows,
                                         head_.slice.limits)),
      part_bytes_max_(part_bytes_max) {}

PreparePart PrepareParts::Next() {
  assert(!done_);
  PreparePart part;
  part.run_id = head_.spec.run_id;
  if (!std::exchange(head_sent_, true)) part.head = head_;
  size_t bytes = 0;
  while (next_ < order_indices_.size()) {
    const uint64_t index = order_indices_[next_];
    const WorkloadItem& item = workload_->items.at(index);
    const size_t size = TextBytes(item);
    // A conversation is never divided: one that is too large by itself goes alone.
    if (!part.entries.empty() && bytes + size > part_bytes_max_) break;
    bytes += size;
    // A copy, of this part's entries alone.
    part.entries.push_back({.order_index = index, .item = item});
    ++next_;
  }
  // Also of an agent without conversations: its one part has the head and is the last.
  done_ = next_ == order_indices_.size();
  part.last = done_;
  return part;
}

}  // namespace specctl
