// The compact form of chunk arrivals on the wire and in the journal.
//
// Format (docs/journal.md): for each request that moved, in order of its ordinal:
//   varint  ordinal - previous ordinal (the first: the ordinal itself)
//   varint  number of records
//   then for each record
//   varint  the arrival: zigzag of its difference from the batch's base [us] for the first record,
//           of its difference from the record before for the second, of the change of that
//           difference (delta of delta) from the third on
//   byte    low 5 bits: tokens 0..29, 30 = more (varint follows), 31 = unknown;
//           bit 5: reasoning; bit 6: inexact (varint `late - early` [us] follows);
//           bit 7: of the same step as the record before
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/inlined_vector.h>
#include <absl/status/statusor.h>

namespace specctl {

// One chunk of a response that had tokens, or whose tokens are unknown.
struct ChunkRecord {
  int64_t arrival_us = 0;  // agent's CLOCK_MONOTONIC, microseconds, rounded down
  // The chunk arrived in (arrival_us - uncertainty_us, arrival_us]; 0: exact.
  uint64_t uncertainty_us = 0;
  std::optional<uint32_t> tokens;  // nullopt: unknown, never to be read as 0
  bool reasoning = false;          // else part of the answer proper
  bool same_step = false;          // the engine sent its step's tokens in several chunks, this one
                                   // not the first
  bool operator==(const ChunkRecord&) const = default;
};

// Encoder of one request's records within one batch.  Append is a few ns and allocates only where
// the records are more than those of a usual batch, which lie in the encoder itself.
class ChunkRunEncoder {
 public:
  // `base_us`: AgentBatch::from_mono_ns / 1000, the same for encoder and decoder.
  void Reset(int64_t base_us);
  void AppendRecord(const ChunkRecord& record);
  uint64_t count() const { return count_; }
  // Appends the whole section (header and records) to `out`.
  void AppendSection(uint64_t ordinal, uint64_t previous_ordinal, std::string& out) const;

 private:
  // 14 records of 50 chunks a second take some 42 bytes; a multiple of the cache line in all.
  static constexpr size_t kInlineBytes = 72;

  absl::InlinedVector<char, kInlineBytes> records_;
  uint64_t count_ = 0;
  int64_t last_us_ = 0;
  int64_t last_delta_us_ = 0;
};

// Reads sections one after another, without allocating.
//
//   ChunkSectionReader reader(batch.chunks, base_us);
//   while (reader.NextSection()) { while (reader.NextRecord(record)) Use(reader.ordinal(), record);
//   } if (!reader.status().ok()) ...
class ChunkSectionReader {
 public:
  ChunkSectionReader(std::string_view bytes, int64_t base_us) : rest_(bytes), base_us_(base_us) {}
  // Moves to the next request; false at the end or on an error.  Unread records are skipped.
  bool NextSection();
  // Reads the next record of the section; false at its end or on an error.
  bool NextRecord(ChunkRecord& record);
  uint64_t ordinal() const { return ordinal_; }
  uint64_t records() const { return records_; }  // of this section
  // OK, or DATA_LOSS with the byte offset-free reason: the bytes are not what the encoder writes.
  const absl::Status& status() const { return status_; }

 private:
  bool Fail(std::string_view reason);

  std::string_view rest_;
  const int64_t base_us_;
  uint64_t ordinal_ = 0;
  uint64_t records_ = 0, left_ = 0;
  bool first_ = true;
  int64_t last_us_ = 0, last_delta_us_ = 0;
  absl::Status status_;
};

}  // namespace specctl
