// A request as it was where the hold ended: what came later is of the drain, which is no steady
// state.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "common/analysis/ended_request.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/stages.h"

namespace specctl {

// nullopt where its row stands: it began outside the hold, or ended within it.  Else a row that is
// `cut`: ok so far, its end the hold's, its first and last token, its chunks and tokens those that
// had come; whatever became of it later.
std::optional<SettledRequest> HeldRequest(const EndedRequest& request, const StageBounds& bounds);

// Finds the rows of requests as they were where the hold ended.  Both spans outlive it.
class HeldRequests {
 public:
  HeldRequests(std::span<const SettledRequest> requests, std::span<const SettledRequest> held);

  // `request`, one of those given, or its cut row.
  const SettledRequest& Of(const SettledRequest& request) const;

 private:
  std::unordered_map<const SettledRequest*, const SettledRequest*> held_;
};

// By position, turn, begin and agent: one order of the requests of a run.
bool ComesBefore(const SettledRequest& a, const SettledRequest& b);

}  // namespace specctl
