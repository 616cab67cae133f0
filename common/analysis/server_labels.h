// Labels of what the servers did: queues, caches, other clients, errors, outages.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/analysis/evidence.h"

namespace specctl {

// A label that windows have as well as the run, or alone.
struct WindowedLabel {
  Label code{};
  std::optional<VerdictLabel> of_run;
  std::vector<size_t> windows;  // of the figures', by index
};

struct PrefixCacheCheck {
  std::optional<VerdictLabel> label;   // more was cached than the prompts explain
  std::optional<VerdictLabel> missed;  // less was than --prefix-groups is to give
  std::string not_made;                // why the check is not, in the words of the page
};

// nullopt: the run has no such label.  Pure.
WindowedLabel QueuedLabel(const Results& figures);
PrefixCacheCheck CheckPrefixCache(const Evidence& evidence, const Results& figures);
std::optional<VerdictLabel> OtherTrafficLabel(const Results& figures);
std::optional<VerdictLabel> ServerErrorsLabel(std::span<const SettledRequest> requests);
WindowedLabel OutageLabel(const Outages& outages);
std::optional<VerdictLabel> ReplicasChangedLabel(const std::optional<ServerFigures>& servers,
                                                 bool resolve_all);
// Chunks that arrived together while they were waited for: the server or the network joined them.
// `windows`: of the figures.
WindowedLabel ServerBurstLabel(const HealthFold& health, size_t windows);

}  // namespace specctl
