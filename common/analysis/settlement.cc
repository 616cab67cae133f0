#include "common/analysis/settlement.h"

#include <algorithm>
#include <limits>

namespace specctl {
namespace {

int64_t EndOfWindow(int64_t time_ns) {
  return (std::max<int64_t>(time_ns, 0) / kSecondNs + 1) * kSecondNs;
}

}  // namespace

void Settlement::Add(RequestRecord record) {
  const RequestRow& row = record.row;
  const int64_t end_ns = row.end_ns.value_or(std::numeric_limits<int64_t>::max());
  const int64_t decided_ns = row.end_ns ? std::max(EndOfWindow(end_ns), EndOfWindow(row.begin_ns))
                                        : std::numeric_limits<int64_t>::max();
  const Key key(decided_ns, end_ns, row.agent, row.finish.ordinal, added_++);
  waiting_.emplace(key, std::move(record));
}

void Settlement::SettleFirst(const Deciding& deciding) {
  RequestRecord record = std::move(waiting_.extract(waiting_.begin()).mapped());
  SettledRequest& settled = record.settled;
  settled.stage = deciding.bounds.At(settled.begin_ns);
  for (const int64_t time_ns : {settled.begin_ns, settled.first_token_ns, settled.last_token_ns}) {
    const bool known = time_ns != SettledRequest::kNoTime;
    settled.in_invalid_window |= known && deciding.verdicts.IsInvalidAt(time_ns);
  }
  record.row.stage = StageName(settled.stage);
  for (size_t source = 0; source < kStepSources; ++source) {
    if (record.steps[source]) settled.steps[source] = steps_.Add(*record.steps[source]);
  }
  slices_.Add(record, deciding.verdicts, deciding.run);
  settled_.push_back(record.settled);
  if (row_sink_) row_sink_(record.row);
  if (!chunk_sink_) return;
  uint64_t number = 0;
  for (const KeptChunk& chunk : record.request.kept) {
    chunk_sink_({.request = &record.row,
                 .chunk = number++,
                 .arrival_ns = chunk.arrival_ns,
                 .early_ns = chunk.early_ns,
                 .arrival_unix_ns = chunk.arrival_unix_ns,
                 .tokens = chunk.tokens});
  }
}

void Settlement::SettleBefore(int64_t time_ns, const Deciding& deciding) {
  while (!waiting_.empty() && std::get<0>(waiting_.begin()->first) <= time_ns) {
    SettleFirst(deciding);
  }
}

void Settlement::SettleAll(const Deciding& deciding) {
  while (!waiting_.empty()) SettleFirst(deciding);
}

}  // namespace specctl
