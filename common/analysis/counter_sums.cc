#include "common/analysis/counter_sums.h"

#include <algorithm>

namespace specctl {
namespace {

void AddTo(std::optional<double>& sum, const std::optional<double>& value) {
  if (value) sum = sum.value_or(0) + *value;
}

}  // namespace

void CounterSums::AddServer(const ServerSeries& server) {
  const ServerCounters counters = server.Counters();
  for (const auto counter :
       {&ServerCounters::generated_tokens, &ServerCounters::prompt_tokens,
        &ServerCounters::first_tokens, &ServerCounters::drafts, &ServerCounters::drafted_tokens,
        &ServerCounters::accepted_tokens, &ServerCounters::engine_steps,
        &ServerCounters::preemptions, &ServerCounters::requests_finished}) {
    AddTo(sums_.*counter, counters.*counter);
  }
  std::vector<double>& accepted = sums_.accepted_by_position;
  accepted.resize(std::max(accepted.size(), counters.accepted_by_position.size()));
  for (size_t i = 0; i < counters.accepted_by_position.size(); ++i) {
    accepted[i] += counters.accepted_by_position[i];
  }
  const FigureValues values = server.Values();
  AddTo(prefix_hits_, values[ServerFigure::kPrefixHits]);
  AddTo(prefix_queries_, values[ServerFigure::kPrefixQueries]);
}

ServerCounters CounterSums::Sums() const {
  ServerCounters sums = sums_;
  if (prefix_hits_ && prefix_queries_.value_or(0) > 0) {
    sums.prefix_hit_rate = *prefix_hits_ / *prefix_queries_;
  }
  return sums;
}

}  // namespace specctl
