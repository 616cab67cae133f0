#include "agent/stream/response_intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "tests/fakes/allocation_count.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::agent {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;
using namespace specctl::fakes;  // NOLINT: the bytes of a stream are this test's language

constexpr std::string_view kUrl = "http://host:8000";
constexpr MonoTime kStart{Nanos(1'000'000'000)};

class ResponseIntakeTest : public ::testing::Test {
 protected:
  void Begin(bool keep_text = false) {
    log_ = &recorder_.BeginRequest(RequestBegun());
    intake_.BeginResponse(*log_, {.keep = {.text = keep_text}});
  }
  // One read, `at` after the start; the read before it ended 1 ms earlier.
  void Read(std::string_view bytes, Nanos at) {
    ReadArrival arrival;
    arrival.late = kStart + at;
    arrival.early = kStart + at - 1ms;
    Read(bytes, arrival);
  }
  void Read(std::string_view bytes, const ReadArrival& arrival) {
    padded_.assign(bytes).append(ByteSink::kPadding, '\0');
    intake_.OnBytes(std::string_view(padded_).substr(0, bytes.size()));
    intake_.OnReadEnd(arrival);
  }
  // The records of the request since the last call.
  std::vector<ChunkRecord> TakeRecords() {
    const AgentBatch batch = recorder_.Cut(kStart, Nanos(0));
    ChunkSectionReader reader(batch.chunks, batch.from_mono_ns / 1000);
    std::vector<ChunkRecord> records;
    ChunkRecord record;
    while (reader.NextSection()) {
      while (reader.NextRecord(record)) records.push_back(record);
    }
    EXPECT_TRUE(reader.status().ok());
    return records;
  }
  RequestFinished Describe() {
    RequestFinished finished;
    intake_.Describe(true, finished);
    return finished;
  }

  boost::asio::io_context io_{1};
  Wakeup wakeup_{io_.get_executor()};
  StreamDecoder decoder_;
  BatchRecorder recorder_{BatchRecorder::Identity{}, kStart};
  HealthMeter health_;
  ResponseIntake intake_{ResponseIntake::Shared{decoder_, recorder_, health_}, wakeup_};
  RequestLog* log_ = nullptr;
  std::string padded_;  // of the last read
};

TEST_F(ResponseIntakeTest, TheHeaderThatIsAskedForIsTold) {
  ResponseIntake intake(
      {.decoder = decoder_, .recorder = recorder_, .health = health_, .header = "X-Served-By"},
      wakeup_);
  const auto told = [&](std::string_view headers) {
    log_ = &recorder_.BeginRequest(RequestBegun());
    intake.BeginResponse(*log_, {});
    padded_.assign(StreamHead(headers) + HttpChunk(TokenEvent("Hello", 1)) + StreamTail(1));
    const size_t size = padded_.size();
    padded_.append(ByteSink::kPadding, '\0');
    intake.OnBytes(std::string_view(padded_).substr(0, size));
    intake.OnReadEnd({.late = kStart + 1ms, .early = kStart});
    RequestFinished finished;
    intake.Describe(false, finished);
    return finished.header_value;
  };
  EXPECT_EQ(told("x-served-by: pod-7\r\n"), "pod-7");
  EXPECT_EQ(told("x-other: 1\r\n"), "");  // not that of the response before
  EXPECT_EQ(told("x-served-by: a\xff\xc2\x85z\r\n"), "a??z");
  const std::string longest(kHeaderValueBytesMax, 'a');
  EXPECT_EQ(told("x-served-by: " + longest + "\r\n"), longest);
  EXPECT_EQ(told("x-served-by: " + longest + "b\r\n"),
            longest.substr(0, kHeaderValueBytesMax - 3) + "...");
  Begin();
  Read(StreamHead("x-served-by: pod-7\r\n") + StreamTail(1), 10ms);
  EXPECT_EQ(Describe().header_value, "");  // nobody asks
}

TEST_F(ResponseIntakeTest, AChunkThatEndsItsReadIsExact) {
  Begin(true);
  Read(StreamHead() + HttpChunk(RoleEvent()) + HttpChunk(TokenEvent("Hello", 1)), 10ms);
  Read(HttpChunk(TokenEvent(" world", 4)), 30ms);
  Read(StreamTail(4), 31ms);
  EXPECT_TRUE(intake_.over());
  EXPECT_TRUE(intake_.Judge(kUrl).ok());
  const auto records = TakeRecords();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0], (ChunkRecord{1'010'000, 0, 1, false}));
  EXPECT_EQ(records[1], (ChunkRecord{1'030'000, 0, 3, false}));
  const RequestFinished finished = Describe();
  EXPECT_EQ(finished.output_text, "Hello world");
  EXPECT_EQ(finished.output_tokens, 4u);
  EXPECT_EQ(finished.input_tokens, 7u);
  EXPECT_EQ(finished.finish_reason, "stop");
  EXPECT_EQ(finished.response_id, "cmpl-1");
  EXPECT_EQ(finished.chunks, 2u);
  EXPECT_EQ(finished.http_status, 200u);
  EXPECT_TRUE(intake_.keeps_connection());
}

// Whatever stands behind a chunk in its read, the stamp is of that.
TEST_F(ResponseIntakeTest, AByteBehindAChunkMakesItInexact) {
  const std::string chunk = StreamHead() + HttpChunk(TokenEvent("Hello", 1));
  const std::string named = HttpChunk("event: trtllm.perf_metrics\ndata: {\"x\":1}\n\n");
  for (const std::string& behind :
       {StreamTail(1), HttpChunk(FinishEvent(1)), HttpChunk(DoneEvent()), named,
        HttpChunk(": ping\n\n"), HttpChunk("\n"), HttpChunk("d"), LastChunk(), std::string("1"),
        std::string("1b\r\n")}) {
    SCOPED_TRACE(behind);
    Begin();
    Read(chunk + behind, 10ms);
    const auto records = TakeRecords();
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].uncertainty_us, 1000u);
  }
  // In one HTTP chunk with it as well.
  Begin();
  Read(StreamHead() + HttpChunk(TokenEvent("Hello", 1) + DoneEvent()), 10ms);
  EXPECT_EQ(TakeRecords().at(0).uncertainty_us, 1000u);
}

TEST_F(ResponseIntakeTest, TheEndOfItsOwnHttpChunkLeavesAChunkExact) {
  const std::string chunk = StreamHead() + HttpChunk(TokenEvent("Hello", 1));
  for (size_t cut = 0; cut <= 2; ++cut) {
    Begin();
    Read(chunk.substr(0, chunk.size() - cut), 10ms);
    const auto records = TakeRecords();
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].uncertainty_us, 0u) << cut;
  }
  Begin();  // an HTTP chunk goes on
  const std::string finish = FinishEvent(1);
  const std::string both = HttpChunk(TokenEvent("a", 1) + finish);
  Read(StreamHead() + both.substr(0, both.size() - finish.size() - 2), 10ms);
  EXPECT_EQ(TakeRecords().at(0).uncertainty_us, 0u);
  Begin();  // without HTTP chunks, up to the end of the connection
  Read("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + TokenEvent("a", 1), 10ms);
  Read(TokenEvent("b", 2) + DoneEvent(), 20ms);
  const auto records = TakeRecords();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].uncertainty_us, 0u);
  EXPECT_EQ(records[1].uncertainty_us, 1000u);
}

// That a response ends with its last chunk is the server's doing, and nothing to drain sooner for.
TEST_F(ResponseIntakeTest, AResponsesEndBehindAChunkIsNoFaultOfTheAgent) {
  Begin();
  Read(StreamHead() + HttpChunk(TokenEvent("Hello", 1)) + StreamTail(1), 10ms);
  EXPECT_EQ(health_.inexact_reads(), 0u);
  const AgentHealth health = health_.TakeHealth(kStart, 0);
  EXPECT_EQ(health.coalesced_reads, 0u);
  const auto bound = LagHistogram::Decode(health.arrival_bound);
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound->count(), 1u);
  EXPECT_EQ(bound->max(), 0ns);
}

TEST_F(ResponseIntakeTest, OnlyTheLastOfSeveralChunksInAReadIsExact) {
  Begin();
  Read(StreamHead(), 1ms);
  Read(
      HttpChunk(TokenEvent("a", 1)) + HttpChunk(TokenEvent("b", 2)) + HttpChunk(TokenEvent("c", 3)),
      10ms);
  const auto records = TakeRecords();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].uncertainty_us, 1000u);
  EXPECT_EQ(records[1].uncertainty_us, 1000u);
  EXPECT_EQ(records[2].uncertainty_us, 0u);
  for (const ChunkRecord& record : records) EXPECT_EQ(record.arrival_us, 1'010'000);
  EXPECT_EQ(health_.TakeHealth(kStart, 0).coalesced_reads, 1u);
}

// A chunk of llama.cpp's: one token, of the step that ended after so many ms.
std::string TimedChunk(int tokens, int predicted_ms) {
  return HttpChunk(
      EventBytes(absl::StrFormat(R"({"choices":[{"index":0,"delta":{"content":"a"}}],)"
                                 R"("timings":{"predicted_n":%d,"predicted_ms":%d,"draft_n":%d,)"
                                 R"("draft_n_accepted":%d}})",
                                 tokens, predicted_ms, tokens - 1, tokens - 1)));
}

TEST_F(ResponseIntakeTest, ChunksOfOneStepInAReadAreNoBurst) {
  Begin();
  Read(StreamHead() + TimedChunk(1, 0), 10ms);
  Read(TimedChunk(2, 20) + TimedChunk(3, 20), 30ms);
  Read(TimedChunk(4, 20), 31ms);
  EXPECT_EQ(TakeRecords().size(), 4u);
  EXPECT_EQ(health_.TakeHealth(kStart, 0).burst_chunks, 0u);
  Read(TimedChunk(5, 20) + TimedChunk(6, 40), 50ms);
  EXPECT_EQ(health_.TakeHealth(kStart, 0).burst_chunks, 2u) << "the rest of one step, and a next";
}

TEST_F(ResponseIntakeTest, TheStartOfANextEventMakesAChunkInexact) {
  Begin();
  const std::string next = HttpChunk(TokenEvent("b", 2));
  Read(StreamHead() + HttpChunk(TokenEvent("a", 1)) + next.substr(0, 20), 10ms);
  Read(next.substr(20), 30ms);
  const auto records = TakeRecords();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].uncertainty_us, 1000u);
  EXPECT_EQ(records[1].uncertainty_us, 0u);
  EXPECT_EQ(records[1].arrival_us, 1'030'000);
  EXPECT_EQ(health_.TakeHealth(kStart, 0).coalesced_reads, 0u) << "one token-bearing chunk a read";
}

TEST_F(ResponseIntakeTest, AReadThatFilledTheBufferOrHasNoStampIsInexact) {
  Begin();
  ReadArrival arrival;
  arrival.early = kStart;
  arrival.late = kStart + 1500ns;
  arrival.filled = true;
  Read(StreamHead() + HttpChunk(TokenEvent("a", 1)), arrival);
  arrival.filled = false;
  arrival.stamped = false;
  Read(HttpChunk(TokenEvent("b", 2)), arrival);
  const auto records = TakeRecords();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].uncertainty_us, 2u) << "rounded up";
  EXPECT_EQ(records[1].uncertainty_us, 2u);
}

TEST_F(ResponseIntakeTest, WhatIsWrongWithTheTokensIsDescribed) {
  log_ = &recorder_.BeginRequest(RequestBegun());
  intake_.BeginResponse(*log_, {.max_tokens = 8});
  Read(StreamHead() + HttpChunk(TokenEvent("a", 2)), 10ms);
  Read(HttpChunk(TokenEvent("b", 1)), 20ms);
  EXPECT_EQ(Describe().token_fault, TokenFault::kUsageFalls);
  EXPECT_EQ(Describe().max_tokens, 8u);
  const auto records = TakeRecords();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_FALSE(records[1].tokens.has_value());
}

// A text with a 4-byte character, an escape and a surrogate pair, cut at every byte.
TEST_F(ResponseIntakeTest, EverySplitGivesTheSameChunksAndText) {
  const std::string stream = StreamHead() + HttpChunk(": ping\n\n") + HttpChunk(RoleEvent()) +
                             HttpChunk(TokenEvent("\xF0\x9F\x98\x80\\n\\ud83d\\ude00", 2)) +
                             HttpChunk(TokenEvent("z", 3) + FinishEvent(3)) +
                             HttpChunk("event: trtllm.perf_metrics\ndata: {\"x\":1}\n\n") +
                             HttpChunk(DoneEvent()) + LastChunk();
  for (size_t cut = 1; cut < stream.size(); ++cut) {
    Begin(true);
    Read(stream.substr(0, cut), 1ms);
    ASSERT_FALSE(intake_.over()) << "cut " << cut;
    Read(stream.substr(cut), 2ms);
    ASSERT_TRUE(intake_.Judge(kUrl).ok()) << "cut " << cut << ": " << intake_.Judge(kUrl).error;
    ASSERT_EQ(Describe().output_text, "\xF0\x9F\x98\x80\n\xF0\x9F\x98\x80z");
    const auto records = TakeRecords();
    ASSERT_EQ(records.size(), 2u) << "cut " << cut;
    ASSERT_EQ(records[0].tokens, 2u);
    ASSERT_EQ(records[1].tokens, 1u);
    recorder_.FinishRequest(*log_, RequestFinished());
  }
}

TEST_F(ResponseIntakeTest, ByteByByteIsReadToTheLastHttpChunk) {
  Begin();
  const std::string stream = WholeStream();
  for (size_t i = 0; i < stream.size(); ++i) {
    ASSERT_FALSE(intake_.over());
    Read(stream.substr(i, 1), 1ms);
  }
  EXPECT_TRUE(intake_.over());
  EXPECT_TRUE(intake_.Judge(kUrl).ok());
}

TEST_F(ResponseIntakeTest, AnEndInMidStreamIsTruncatedAndKeepsItsTokens) {
  Begin();
  Read(StreamHead() + HttpChunk(TokenEvent("a", 1)), 1ms);
  intake_.OnEnd(absl::OkStatus());
  EXPECT_TRUE(intake_.over());
  const Ending ending = intake_.Judge(kUrl);
  EXPECT_EQ(ending.outcome, Outcome::kFailed);
  EXPECT_EQ(ending.failure, FailureKind::kTruncated);
  EXPECT_THAT(ending.error, HasSubstr("http://host:8000: connection ended mid-response"));
  EXPECT_EQ(TakeRecords().size(), 1u);
  const RequestFinished finished = Describe();
  EXPECT_TRUE(finished.connection_closed_by_server);
  EXPECT_EQ(finished.http_status, 200u);
  EXPECT_EQ(finished.response_id, "cmpl-1");
  EXPECT_EQ(finished.output_hash, Fnv1a("a"));
  EXPECT_EQ(finished.finish_reason, std::nullopt);
  EXPECT_FALSE(intake_.keeps_connection());
}

TEST_F(ResponseIntakeTest, AnEndBeforeTheHeadHasNothingToTell) {
  Begin();
  intake_.OnEnd(absl::OkStatus());
  EXPECT_EQ(intake_.Judge(kUrl).failure, FailureKind::kTruncated);
  const RequestFinished finished = Describe();
  EXPECT_EQ(finished.http_status, std::nullopt);
  EXPECT_EQ(finished.response_id, std::nullopt);
  EXPECT_EQ(finished.output_hash, std::nullopt);
  EXPECT_EQ(finished.finish_reason, std::nullopt);
}

TEST_F(ResponseIntakeTest, ACompleteAnswerIsSettledBeforeItsBodyEnds) {
  Begin();
  Read(StreamHead() + HttpChunk(TokenEvent("a", 1)) + HttpChunk(FinishEvent(1)), 1ms);
  EXPECT_FALSE(intake_.settled());
  Read(HttpChunk(UsageEvent(1)) + HttpChunk(DoneEvent()), 2ms);
  EXPECT_TRUE(intake_.settled());
  EXPECT_FALSE(intake_.over());
  EXPECT_EQ(intake_.settled_at(), kStart + 2ms);
  EXPECT_TRUE(intake_.Judge(kUrl).ok());
  EXPECT_TRUE(Describe().left_open) << "where it ends here";
  Read(HttpChunk(": ping\n\n"), 3ms);
  EXPECT_EQ(intake_.settled_at(), kStart + 2ms);
  Read(LastChunk(), 4ms);
  EXPECT_TRUE(intake_.over());
  EXPECT_EQ(intake_.last_arrival(), kStart + 4ms);
  EXPECT_FALSE(Describe().left_open);
  EXPECT_TRUE(intake_.keeps_connection());
}

TEST_F(ResponseIntakeTest, WhatWasPassedOverIsDescribed) {
  Begin();
  Read("\r\n" + WholeStream(), 1ms);
  EXPECT_TRUE(intake_.Judge(kUrl).ok());
  EXPECT_EQ(Describe().passed_over, 1u);
  EXPECT_EQ(Describe().passed_over_first, "an empty line before or after the response");
  Begin();
  Read(StreamHead() + HttpChunk(EventBytes("ping")) + HttpChunk(TokenEvent("a", 1)) + StreamTail(1),
       2ms);
  EXPECT_EQ(Describe().passed_over, 1u);
  EXPECT_EQ(Describe().passed_over_first, "an event that is not an object");
}

TEST_F(ResponseIntakeTest, AMalformedEventEndsIt) {
  Begin();
  Read(StreamHead() + HttpChunk(TokenEvent("a", 1)) + HttpChunk(EventBytes("{not json")), 1ms);
  EXPECT_TRUE(intake_.over());
  EXPECT_EQ(intake_.Judge(kUrl).failure, FailureKind::kUndecodable);
  EXPECT_EQ(TakeRecords().size(), 1u) << "what came before counts";
}

TEST_F(ResponseIntakeTest, GarbageIsNotHttp) {
  Begin();
  Read("SSH-2.0-OpenSSH_9.2\r\n", 1ms);
  EXPECT_EQ(intake_.Judge(kUrl).failure, FailureKind::kUndecodable);
  EXPECT_THAT(intake_.Judge(kUrl).error, HasSubstr("not an HTTP/1.x response"));
}

TEST_F(ResponseIntakeTest, ALongErrorBodyIsReadAndKeptInPart) {
  Begin();
  const std::string body(1 << 20, 'x');
  const std::string response = PlainResponse("500 Oops", body, "text/plain");
  for (size_t at = 0; at < response.size(); at += 10'000) Read(response.substr(at, 10'000), 1ms);
  EXPECT_TRUE(intake_.over());
  const Ending ending = intake_.Judge(kUrl);
  EXPECT_EQ(ending.failure, FailureKind::kHttpStatus);
  EXPECT_THAT(ending.error, HasSubstr("HTTP status 500: xxx"));
  EXPECT_LE(ending.error.size(), kErrorBytesMax);
  EXPECT_EQ(Describe().bytes, body.size());
}

TEST_F(ResponseIntakeTest, AChunkAllocatesNothing) {
  Begin();
  Read(StreamHead() + HttpChunk(RoleEvent()), 1ms);
  constexpr int kChunks = 4000;
  std::vector<std::string> reads;
  for (int i = 1; i <= kChunks; ++i) reads.push_back(HttpChunk(TokenEvent("word", 2 * i)));
  // Buffers grow to the size they need; a batch is cut in between.
  for (int i = 0; i < kChunks / 2; ++i) Read(reads[static_cast<size_t>(i)], 1ms * (i + 2));
  TakeRecords();
  const uint64_t before = fakes::AllocationCount();
  for (int i = kChunks / 2; i < kChunks; ++i) Read(reads[static_cast<size_t>(i)], 1ms * (i + 2));
  EXPECT_EQ(fakes::AllocationCount() - before, 0u) << "over " << kChunks / 2 << " chunks";
  EXPECT_EQ(TakeRecords().size(), static_cast<size_t>(kChunks) / 2);
}

}  // namespace
}  // namespace specctl::agent
