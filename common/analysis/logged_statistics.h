// LoggedStatistics: what a server's own files say of responses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/figures/figure_types.h"
#include "common/journal/event.h"

namespace specctl {

// Requests find theirs by the id of the response.  Where a gateway gave other ids, none does: then
// the sums over all entries are what is left.
class LoggedStatistics {
 public:
  void AddRead(const StatisticsRead& read);
  // nullptr: the files have no such response.
  const LoggedResponse* Find(const std::string& response_id) const;

  // The run as it was sent.
  struct Sent {
    // Of the requests, those whose response told an id, and those that found theirs by it.
    uint64_t requests = 0, with_id = 0, found = 0;
    uint64_t output_tokens = 0;
    // Sent once more, on a new connection: the first may have reached the server, too.
    uint64_t resends = 0;
  };
  LoggedFigures Figures(const Sent& sent) const;

 private:
  // 1 + accepted / drafts and the like over all entries; nullopt where there is none.
  std::optional<AcceptanceFigures> Acceptance() const;

  std::string folder_, error_;
  uint64_t files_ = 0, undecodable_lines_ = 0, torn_files_ = 0;
  uint64_t responses_ = 0, output_tokens_ = 0, contradictory_ = 0;
  // Over entries with drafts that don't contradict themselves; [k]: steps with k accepted.
  uint64_t steps_ = 0, drafted_ = 0, accepted_ = 0;
  std::vector<uint64_t> accepted_histogram_;
  bool all_have_histograms_ = true;
  std::unordered_map<std::string, LoggedResponse> by_id_;
};

}  // namespace specctl
