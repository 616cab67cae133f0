// What failed, what was odd about responses, and how a run's tokens add up; docs/metrics.md defines
// each.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/engine/token_accounting.h"
#include "common/figures/run_counts.h"

namespace specctl {

// Requests that were not ok for one reason.
struct FailureCause {
  std::string text;    // in few words, and where: "503 (http://vllm-1:8000)"
  std::string reason;  // in the server's words, or ours, of the first of them; empty: none given
  uint64_t requests = 0;
};

// What was odd about responses and did not undo them.
struct ResponseOddities {
  uint64_t passed_over = 0;                        // responses of which something was passed over
  std::map<std::string, uint64_t> passed_over_by;  // the same, by what was the first in each
  uint64_t left_open = 0;  // complete ones whose connection stayed open, and was closed
};

// Stretches in which no token came though requests waited; see FindOutages().
struct Outages {
  struct Span {
    int64_t start_s = 0;  // since T0
    uint64_t windows = 0;
    int64_t end_s() const { return start_s + static_cast<int64_t>(windows); }
  };
  std::vector<Span> spans;
  std::optional<double> output_tps_outside;  // of the headline's time that lies in none
};

// Tokens by chunks and by totals; docs/metrics.md, "Tokens that do not add up".
inline constexpr size_t kTokenFaults = static_cast<size_t>(TokenFault::kOtherChoices) + 1;
struct TokenBooks {
  uint64_t by_chunks = 0;  // of known tokens
  uint64_t by_totals = 0;
  uint64_t responses_of_unknown_chunks = 0;
  uint64_t tail = 0;   // tokens that came behind the last chunk of their response
  uint64_t apart = 0;  // tokens
  uint64_t responses_apart = 0;
  std::array<uint64_t, kTokenFaults> faults{};  // responses, by TokenFault; kNone: sums differ
  double ApartShare() const;                    // of the totals, 0..1
};

}  // namespace specctl
