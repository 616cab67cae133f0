// WriteAheadWatch: whether what is said follows from what is on the disk.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/journal/event.h"
#include "common/session/controller_messages.h"

namespace specctl::simulation {

// Knows what was appended to the journal, and how much of it the disk has taken.  Its answers are
// empty, or what is wrong.
class WriteAheadWatch {
 public:
  explicit WriteAheadWatch(uint32_t agents) : joined_(agents), batches_(agents) {}

  void OnAppended(const Event& event);
  void OnBatch(uint32_t agent) { batches_[agent].push_back(++appended_); }
  // The disk has all that was appended.
  void OnDurable() { durable_ = appended_; }

  std::string Prepare(uint32_t agent) const;
  std::string Message(uint32_t agent, const ControllerMessage& message) const;
  std::string Release() const;

 private:
  bool IsDurable(const std::optional<uint64_t>& event) const { return event && *event <= durable_; }

  uint64_t appended_ = 0, durable_ = 0;
  std::optional<uint64_t> armed_, ended_;
  std::map<DrainReason, uint64_t> drains_;       // the first for each
  std::vector<std::optional<uint64_t>> joined_;  // by agent
  std::vector<std::vector<uint64_t>> batches_;   // by agent, by seq - 1
};

}  // namespace specctl::simulation
