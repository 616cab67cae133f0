// A small run as a journal: one agent, two requests, of which the second fails.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/journal/chunk_codec.h"
#include "common/journal/journal_writer.h"
#include "common/journal/record_frame.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl::testing {

inline constexpr int64_t kSecondNs = 1'000'000'000;
inline constexpr int64_t kT0MonoNs = 1000 * kSecondNs;
inline constexpr int64_t kT0UnixNs = 1'795'342'455'000'000'000;

inline RunBegun SampleBegun(bool save_text) {
  RunBegun begun;
  begun.spec = SampleSpec();
  begun.spec.load.shape = ClosedLoop{1};
  begun.spec.load.agents = 1;
  begun.spec.save_text = save_text;
  begun.unix_ns = kT0UnixNs - kSecondNs;
  begun.planned_requests = 2;
  return begun;
}

// Three chunks of ordinal 0, at 1.2, 1.3 and 1.4 s after T0; the tokens of the last are unknown.
inline std::string SampleChunks() {
  ChunkRunEncoder encoder;
  encoder.Reset(kT0MonoNs / 1000);
  const auto append = [&](int64_t after_t0_us, uint64_t uncertainty_us,
                          std::optional<uint32_t> tokens) {
    ChunkRecord record;
    record.arrival_us = kT0MonoNs / 1000 + after_t0_us;
    record.uncertainty_us = uncertainty_us;
    record.tokens = tokens;
    encoder.AppendRecord(record);
  };
  append(1'200'000, 0, 1);
  append(1'300'000, 250, 3);
  append(1'400'000, 0, std::nullopt);
  std::string bytes;
  encoder.AppendSection(0, 0, bytes);
  return bytes;
}

inline RequestFinished SampleFinish(uint64_t ordinal) {
  RequestFinished finish;
  finish.ordinal = ordinal;
  finish.start_mono_ns = kT0MonoNs + (1 + static_cast<int64_t>(ordinal)) * kSecondNs;
  finish.sent_mono_ns = finish.start_mono_ns;
  finish.end_mono_ns = *finish.start_mono_ns + kSecondNs / 2;
  if (ordinal == 0) {
    finish.response_id = "chatcmpl-0";
    finish.finish_reason = "stop";
    finish.http_status = 200;
    finish.chunks = 3;
    finish.input_tokens = 10;
    finish.output_tokens = 6;
    finish.output_text = "hello";
    finish.token_source = TokenSource::kContinuousUsage;
  } else {
    finish.outcome = Outcome::kFailed;
    finish.failure = FailureKind::kHttpStatus;
    finish.http_status = 503;
    finish.error = "503 (http://vllm-1:8000)";
  }
  return finish;
}

inline AgentBatch SampleBatch() {
  AgentBatch batch;
  batch.agent = 0;
  batch.incarnation = 5;
  batch.seq = 1;
  batch.from_mono_ns = kT0MonoNs;
  batch.to_mono_ns = kT0MonoNs + 4 * kSecondNs;
  batch.real_minus_mono_ns = kT0UnixNs - kT0MonoNs;
  for (uint64_t ordinal = 0; ordinal < 2; ++ordinal) {
    RequestBegun begun;
    begun.ordinal = begun.position = ordinal;
    begun.target = static_cast<uint32_t>(ordinal);
    begun.due_mono_ns = begun.begin_mono_ns =
        kT0MonoNs + (1 + static_cast<int64_t>(ordinal)) * kSecondNs;
    batch.begun.push_back(begun);
    batch.finished.push_back(SampleFinish(ordinal));
  }
  batch.chunks = SampleChunks();
  batch.slots_filled_mono_ns = kT0MonoNs + kSecondNs;
  batch.first_idle_mono_ns = kT0MonoNs + 3 * kSecondNs;
  return batch;
}

inline std::vector<Event> SampleEvents(bool save_text = false) {
  AgentJoined joined;
  joined.incarnation = 5;
  joined.host.hostname = "load-0";
  joined.host.boot_id = "boot";
  joined.slots = 1;
  std::vector<Event> events = {SampleBegun(save_text)};
  for (uint64_t row = 0; row < 2; ++row) {
    events.push_back(PlannedRow{.order_index = row,
                                .question_id = "q" + std::to_string(row),
                                .category = "coding",
                                .sub_category = "",
                                .tier = "",
                                .turns = 1});
    events.push_back(SampleTarget(static_cast<uint32_t>(row)));
  }
  events.push_back(joined);
  events.push_back(Armed{.t0_mono_ns = kT0MonoNs, .t0_unix_ns = kT0UnixNs, .boot_id = "boot"});
  events.push_back(SampleBatch());
  events.push_back(AgentEnded{
      .agent = 0, .lost = false, .reason = "done", .at_mono_ns = kT0MonoNs + 4 * kSecondNs});
  events.push_back(
      RunEnded{.end = RunEnd::kCompleted, .reason = "", .at_mono_ns = kT0MonoNs + 5 * kSecondNs});
  return events;
}

inline void WriteJournal(const std::string& dir, const std::vector<Event>& events) {
  absl::StatusOr<JournalWriter> journal = JournalWriter::Create(dir + "/journal.pb");
  ASSERT_TRUE(journal.ok()) << journal.status();
  for (const Event& event : events) journal->AppendEvent(event);
  ASSERT_TRUE(journal->Sync().ok());
}

// Flips a byte in the payload of record number `record` of the journal; the record's offset.
inline uint64_t DamageRecord(const std::string& path, size_t record) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  uint64_t offset = 0;
  for (size_t i = 0;; ++i) {
    std::string head(kRecordHeadBytes, '\0');
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    EXPECT_TRUE(file.good());
    if (i == record || !file.good()) break;
    offset += kRecordHeadBytes + ReadRecordHead(head).length;
  }
  const auto at = static_cast<std::streamoff>(offset + kRecordHeadBytes + 3);
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 0x40));
  return offset;
}

}  // namespace specctl::testing
