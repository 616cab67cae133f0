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
  const int64_t decided_ns = std::max(end_ns, EndOfWindow(row.begin_ns));
  const Key key(decided_ns, end_ns, row.agent, row.finish.ordinal, added_++);
  waiting_.emplace(key, std::move(record));
}

void Settlement::SettleFirst(const StageBounds& bounds, const RunContext& run) {
  RequestRecord record = std::move(waiting_.extract(waiting_.begin()).mapped());
  record.settled.stage = bounds.At(record.settled.begin_ns);
  record.row.stage = StageName(record.settled.stage);
  slices_.Add(record, run);
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

void Settlement::SettleBefore(int64_t time_ns, const StageBounds& bounds, const RunContext& run) {
  while (!waiting_.empty() && std::get<0>(waiting_.begin()->first) <= time_ns) {
    SettleFirst(bounds, run);
  }
}

void Settlement::SettleAll(const StageBounds& bounds, const RunContext& run) {
  while (!waiting_.empty()) SettleFirst(bounds, run);
}

}  // namespace specctl
