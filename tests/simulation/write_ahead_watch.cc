#include "tests/simulation/write_ahead_watch.h"

#include <variant>

#include <absl/strings/str_format.h>

namespace specctl::simulation {

void WriteAheadWatch::OnAppended(const Event& event) {
  ++appended_;
  if (const auto* joined = std::get_if<AgentJoined>(&event)) joined_[joined->agent] = appended_;
  if (std::holds_alternative<Armed>(event)) armed_ = appended_;
  if (const auto* drain = std::get_if<DrainBegun>(&event)) {
    drains_.emplace(drain->reason, appended_);
  }
  if (std::holds_alternative<RunEnded>(event)) ended_ = appended_;
}

std::string WriteAheadWatch::Prepare(uint32_t agent) const {
  if (IsDurable(joined_[agent])) return "";
  return absl::StrFormat("Prepare is sent to agent %d, and AgentJoined is not on disk", agent);
}

std::string WriteAheadWatch::Message(uint32_t agent, const ControllerMessage& message) const {
  if (std::holds_alternative<ArmAgent>(message) && !IsDurable(armed_)) {
    return absl::StrFormat("Arm is sent to agent %d, and Armed is not on disk", agent);
  }
  const auto* drain = std::get_if<DrainAgent>(&message);
  if (drain != nullptr &&
      !(drains_.contains(drain->reason) && drains_.at(drain->reason) <= durable_)) {
    return absl::StrFormat("Drain is sent to agent %d, and DrainBegun is not on disk", agent);
  }
  const auto* ack = std::get_if<AckBatches>(&message);
  if (ack == nullptr || ack->seq == 0) return "";
  const std::vector<uint64_t>& batches = batches_[agent];
  if (ack->seq <= batches.size() && batches[ack->seq - 1] <= durable_) return "";
  return absl::StrFormat("batch %d of agent %d is acknowledged, and is not on disk", ack->seq,
                         agent);
}

std::string WriteAheadWatch::Release() const {
  return IsDurable(ended_) ? "" : "the run is released, and RunEnded is not on disk";
}

}  // namespace specctl::simulation
