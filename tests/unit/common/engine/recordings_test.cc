// Every streamed recording of a real server must give what its expected.json says, however the
// network cuts it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <algorithm>

#include "common/base/hash.h"
#include "tests/unit/common/engine/recording.h"

namespace specctl {
namespace {

namespace json = boost::json;

struct Recording {
  std::string engine, name;
  json::object expected;
  std::string Path() const { return engine + "/" + name + ".http"; }
  bool Has(std::string_view key) const { return expected.contains({key.data(), key.size()}); }
  const json::value& at(std::string_view key) const {
    return expected.at({key.data(), key.size()});
  }
  bool streamed() const { return Has("events"); }
  bool IsCalled(std::string_view part) const { return name.find(part) != std::string::npos; }
  bool native() const { return IsCalled("native"); }
  bool chat() const { return !IsCalled("completion") && !native(); }
  // vLLM's that report speculative statistics; the others' counters were read all the same.
  bool reports_speculation() const {
    return Has("server") && at("server").as_string() != "ngram" && Has("counters");
  }
};

std::ostream& operator<<(std::ostream& out, const Recording& recording) {
  return out << recording.Path();
}

std::vector<Recording> Recordings(const std::string& engine) {
  std::vector<Recording> all;
  const json::value expected = json::parse(ReadGolden(engine + "/expected.json"));
  for (const auto& [name, value] : expected.as_object()) {
    all.push_back({engine, std::string(name.data(), name.size()), value.as_object()});
  }
  return all;
}

std::vector<Recording> Streams(const std::string& engine) {
  std::vector<Recording> streams = Recordings(engine);
  std::erase_if(streams, [](const Recording& recording) { return !recording.streamed(); });
  return streams;
}

std::vector<Recording> AllRecordings() {
  std::vector<Recording> all;
  for (const char* engine : {"vllm", "llamacpp", "sglang"}) {
    for (auto& recording : Recordings(engine)) all.push_back(std::move(recording));
  }
  return all;
}

std::string TestName(const ::testing::TestParamInfo<Recording>& info) {
  std::string name = info.param.engine + "_" + info.param.name;
  for (char& c : name) {
    if (c == '.' || c == '-') c = '_';
  }
  return name;
}

void Play(const Recording& recording, Replay& replay) {
  const std::string bytes = ReadGolden(recording.Path());
  replay.reader.BeginResponse({.keep = {.text = true}});
  const absl::Status status = replay.Feed(bytes);
  ASSERT_TRUE(status.ok()) << status;
}

std::vector<uint32_t> Counts(const json::value& list) {
  std::vector<uint32_t> counts;
  for (const json::value& count : list.as_array()) {
    // Pairs are of choice and count.
    if (const json::array* pair = count.if_array()) {
      if (pair->at(0).to_number<int>() == 0) counts.push_back(pair->at(1).to_number<uint32_t>());
    } else {
      counts.push_back(count.to_number<uint32_t>());
    }
  }
  return counts;
}

std::vector<uint32_t> WithoutZeros(std::vector<uint32_t> counts) {
  std::erase(counts, 0u);
  return counts;
}

std::vector<uint32_t> UsageDifferences(const Replay& replay) {
  std::vector<uint32_t> differences;
  uint64_t before = 0;
  for (const SeenEvent& e : replay.events) {
    if (!e.has_usage || !e.has_choice) continue;
    differences.push_back(static_cast<uint32_t>(e.completion_tokens - before));
    before = e.completion_tokens;
  }
  return differences;
}

std::vector<uint32_t> PerEvent(const Replay& replay, uint32_t SeenEvent::*count) {
  std::vector<uint32_t> counts;
  for (const SeenEvent& e : replay.events) {
    if (e.*count > 0) counts.push_back(e.*count);
  }
  return counts;
}

uint64_t TokensWithoutText(const Replay& replay) {
  uint64_t events = 0;
  for (const SeenEvent& e : replay.events) {
    events += e.facts.token_bearing && !e.has_output ? 1 : 0;
  }
  return events;
}

class RecordingTest : public ::testing::TestWithParam<Recording> {};

TEST_P(RecordingTest, StatusAndEnd) {
  const Recording& recording = GetParam();
  Replay replay;
  Play(recording, replay);
  EXPECT_EQ(replay.http.status(), recording.at("status").to_number<uint32_t>());
  EXPECT_EQ(replay.heads, 1);
  if (!recording.streamed()) return;
  EXPECT_EQ(replay.events.size(), recording.at("events").to_number<size_t>());
  EXPECT_EQ(replay.reader.done_seen(), recording.at("done").as_bool());
  // llama.cpp and SGLang say of the last HTTP chunk what vLLM's [DONE] implies.
  const bool whole = recording.at(recording.Has("complete") ? "complete" : "done").as_bool();
  EXPECT_EQ(replay.http.done(), whole);
  EXPECT_EQ(replay.http.FeedEof().ok(), whole);
  if (recording.Has("comments")) {
    EXPECT_EQ(replay.sse.comments(), recording.at("comments").to_number<uint64_t>());
  }
}

TEST_P(RecordingTest, OnePieceOrSingleBytesAreTheSame) {
  Replay whole, bytes;
  Play(GetParam(), whole);
  bytes.reader.BeginResponse({.keep = {.text = true}});
  const std::string response = ReadGolden(GetParam().Path());
  for (const char& byte : response) ASSERT_TRUE(bytes.Feed({&byte, 1}).ok());
  EXPECT_EQ(bytes.Dump(), whole.Dump());
}

TEST_P(RecordingTest, RandomPiecesAreTheSame) {
  Replay whole;
  Play(GetParam(), whole);
  const std::string response = ReadGolden(GetParam().Path());
  for (uint64_t seed = 0; seed < 4; ++seed) {
    SCOPED_TRACE(seed);
    Replay pieces;
    pieces.reader.BeginResponse({.keep = {.text = true}});
    uint64_t draw = seed << 32;
    for (size_t at = 0; at < response.size();) {
      const size_t length = 1 + SplitMix64(++draw) % (seed % 2 == 0 ? 9 : 1500);
      ASSERT_TRUE(pieces.Feed(std::string_view(response).substr(at, length)).ok());
      at += length;
    }
    EXPECT_EQ(pieces.Dump(), whole.Dump());
  }
}

// Each position is cut, in one of the readings; cuts lie further apart than most events are long.
TEST_P(RecordingTest, EveryCutGivesTheSame) {
  constexpr size_t kApart = 509;
  Replay whole;
  Play(GetParam(), whole);
  const std::string expected = whole.Dump();
  const std::string response = ReadGolden(GetParam().Path());
  for (size_t first = 1; first < std::min(kApart, response.size()); ++first) {
    Replay pieces;
    pieces.reader.BeginResponse({.keep = {.text = true}});
    for (size_t at = 0, cut = first; at < response.size(); at = cut, cut += kApart) {
      ASSERT_TRUE(pieces.Feed(std::string_view(response).substr(at, cut - at)).ok());
    }
    ASSERT_EQ(pieces.Dump(), expected) << first;
  }
}

TEST_P(RecordingTest, NoServersUsageHasAFault) {
  Replay replay;
  Play(GetParam(), replay);
  EXPECT_EQ(replay.reader.token_fault(),
            replay.reader.other_choices() ? TokenFault::kOtherChoices : TokenFault::kNone);
}

INSTANTIATE_TEST_SUITE_P(Engines, RecordingTest, ::testing::ValuesIn(AllRecordings()), TestName);

class VllmRecordingTest : public ::testing::TestWithParam<Recording> {};

TEST_P(VllmRecordingTest, FinishAndUsage) {
  const Recording& recording = GetParam();
  Replay replay;
  Play(recording, replay);
  const ResponseReader& reader = replay.reader;
  const json::object& finish = recording.at("finish").as_object();
  EXPECT_EQ(reader.finish_reason(), finish.contains("0") ? finish.at("0").at(0).as_string() : "");
  EXPECT_EQ(reader.complete(), finish.contains("0"));
  EXPECT_EQ(reader.other_choices(), finish.contains("1"));
  EXPECT_EQ(reader.has_error(), finish.empty() && recording.at("done").as_bool());
  const json::object* usage = recording.at("usage").if_object();
  if (!usage) {
    EXPECT_EQ(reader.input_tokens().has_value(), recording.Has("usage_differences"));
    return;
  }
  EXPECT_EQ(reader.output_tokens(), usage->at("completion_tokens").to_number<uint64_t>());
  EXPECT_EQ(reader.input_tokens(), usage->at("prompt_tokens").to_number<uint64_t>());
  if (const json::value* details = usage->if_contains("prompt_tokens_details")) {
    EXPECT_EQ(reader.cached_tokens(), details->at("cached_tokens").to_number<uint64_t>());
  }
  if (const json::value* details = usage->if_contains("completion_tokens_details")) {
    EXPECT_EQ(reader.reasoning_tokens(), details->at("reasoning_tokens").to_number<uint64_t>());
  }
}

TEST_P(VllmRecordingTest, TokensOfEachEvent) {
  const Recording& recording = GetParam();
  Replay replay;
  Play(recording, replay);
  const bool one_choice = !recording.at("finish").as_object().contains("1");
  if (recording.Has("token_ids_per_event")) {
    EXPECT_EQ(PerEvent(replay, &SeenEvent::token_ids),
              WithoutZeros(Counts(recording.at("token_ids_per_event").at("0"))));
  }
  if (recording.Has("logprobs_per_event")) {
    EXPECT_EQ(PerEvent(replay, &SeenEvent::logprob_tokens),
              WithoutZeros(Counts(recording.at("logprobs_per_event").at("0"))));
  }
  if (recording.Has("usage_differences")) {
    const auto differences = Counts(recording.at("usage_differences"));
    EXPECT_EQ(UsageDifferences(replay), differences);
    EXPECT_EQ(replay.ChunkTokens(), WithoutZeros(differences));
    EXPECT_EQ(replay.reader.token_source(), TokenSource::kContinuousUsage);
    if (one_choice) {
      EXPECT_EQ(TokensWithoutText(replay),
                recording.at("events_with_tokens_but_no_text").to_number<uint64_t>());
    }
  } else if (recording.at("usage").is_object()) {
    EXPECT_EQ(replay.reader.token_source(), TokenSource::kTotalsOnly);
  } else if (!recording.Has("token_ids_per_event")) {
    EXPECT_EQ(replay.reader.token_source(), TokenSource::kNone);
  }
}

TEST_P(VllmRecordingTest, SpeculationEqualsTheServersCounters) {
  const Recording& recording = GetParam();
  if (!recording.reports_speculation()) return;
  Replay replay;
  Play(recording, replay);
  const json::object& counters = recording.at("counters").as_object();
  const auto& stats = replay.reader.speculation();
  // None with a stop string, without usage, and with several choices.
  const bool absent = recording.name == "spec_metrics_stop_string" ||
                      recording.name == "spec_metrics_chat_no_usage" ||
                      recording.name == "spec_metrics_n2";
  ASSERT_EQ(stats.has_value(), !absent);
  if (absent) return;
  const auto counter = [&](const char* name) {
    return counters.contains(name) ? counters.at(name).to_number<uint64_t>() : 0;
  };
  EXPECT_EQ(stats->drafts, counter("spec_decode_num_drafts"));
  EXPECT_EQ(stats->drafted_tokens, counter("spec_decode_num_draft_tokens"));
  EXPECT_EQ(stats->accepted_tokens, counter("spec_decode_num_accepted_tokens"));
  EXPECT_FALSE(stats->steps.has_value());  // those without a draft are not counted
  EXPECT_EQ(stats->draft_length, 3u);
  EXPECT_EQ(stats->per_step_accepted.size(), stats->drafts);
  EXPECT_EQ(stats->per_step_drafted.size(), stats->drafts);
}

INSTANTIATE_TEST_SUITE_P(Vllm, VllmRecordingTest, ::testing::ValuesIn(Streams("vllm")), TestName);

class OpenAiRecordingTest : public ::testing::TestWithParam<Recording> {};

TEST_P(OpenAiRecordingTest, CompletenessErrorsFinishAndUsage) {
  const Recording& recording = GetParam();
  Replay replay;
  Play(recording, replay);
  const ResponseReader& reader = replay.reader;
  const json::array finish =
      recording.Has("finish") ? recording.at("finish").as_array() : json::array();
  const std::string reason = finish.empty() ? "" : std::string(finish.at(0).as_string());
  EXPECT_EQ(reader.finish_reason(), reason);
  EXPECT_EQ(reader.other_choices(), finish.size() > 1);
  EXPECT_EQ(reader.has_error(), reason == "abort" || recording.Has("error"));
  EXPECT_EQ(reader.complete(), !reason.empty() && reason != "abort");
  // Prompt tokens are known from usage alone; without it the rest is not known here either.
  const bool usage = recording.Has("prompt_tokens");
  if (usage) {
    EXPECT_EQ(reader.input_tokens(), recording.at("prompt_tokens").to_number<uint64_t>());
    EXPECT_EQ(reader.output_tokens(), recording.at("completion_tokens").to_number<uint64_t>());
  } else {
    EXPECT_NE(reader.token_source(), TokenSource::kTotalsOnly);
  }
  if (recording.native() && recording.Has("completion_tokens")) {
    EXPECT_EQ(reader.token_source(), TokenSource::kContinuousUsage);
    EXPECT_EQ(reader.output_tokens(), recording.at("completion_tokens").to_number<uint64_t>());
  }
  if (finish.size() <= 1 && recording.Has("chunk_tokens") &&
      reader.token_source() != TokenSource::kTotalsOnly &&
      reader.token_source() != TokenSource::kNone) {
    EXPECT_EQ(replay.ChunkTokens(), Counts(recording.at("chunk_tokens")));
  }
  if (finish.size() <= 1 && (recording.chat() || recording.native())) {
    EXPECT_EQ(reader.chunks(), recording.at("token_events").to_number<uint64_t>());
  }
}

INSTANTIATE_TEST_SUITE_P(LlamaCpp, OpenAiRecordingTest, ::testing::ValuesIn(Streams("llamacpp")),
                         TestName);
INSTANTIATE_TEST_SUITE_P(Sglang, OpenAiRecordingTest, ::testing::ValuesIn(Streams("sglang")),
                         TestName);

// [drafted, accepted, tokens] of each step, the prompt's first.
std::vector<std::vector<uint32_t>> StepGroups(const Recording& recording) {
  std::vector<std::vector<uint32_t>> groups;
  for (const json::value& group : recording.at("step_groups").as_array()) {
    groups.push_back(Counts(group));
  }
  return groups;
}

class LlamaCppRecordingTest : public ::testing::TestWithParam<Recording> {};

TEST_P(LlamaCppRecordingTest, TimingsGiveWhatTheServerCounted) {
  const Recording& recording = GetParam();
  if (!recording.Has("drafted") || recording.name == "none.n-2") return;
  Replay replay;
  Play(recording, replay);
  const auto stats = replay.reader.timings();
  ASSERT_TRUE(stats.has_value());
  EXPECT_EQ(stats->drafted_tokens, recording.at("drafted").to_number<uint64_t>());
  EXPECT_EQ(stats->accepted_tokens, recording.at("accepted").to_number<uint64_t>());
  if (!recording.Has("steps")) return;
  // A stop word may cut a step, and one event has two tokens of it: the text alone would tell.
  const bool steps_known = recording.name != "draft.chat-stop-word-inside-step";
  ASSERT_EQ(stats->steps.has_value(), steps_known);
  if (!steps_known) return;
  EXPECT_EQ(stats->steps, recording.at("steps").to_number<uint64_t>());
  // Where timings come with the last event alone, or four drafts share an event, they are counted.
  const bool each_known = recording.Has("step_groups") && !recording.IsCalled("utf8-split");
  EXPECT_EQ(stats->each_step_known, each_known);
  if (!each_known) return;
  std::vector<uint64_t> histogram, spent;
  for (const auto& group : StepGroups(recording)) {
    if (group[0] == 0) continue;
    if (histogram.size() <= group[1]) histogram.resize(group[1] + 1);
    spent.resize(histogram.size());
    ++histogram[group[1]];
    if (group[0] == group[1]) ++spent[group[1]];
  }
  EXPECT_EQ(stats->acceptance_histogram, histogram);
  EXPECT_EQ(stats->spent_histogram, spent);
}

TEST_P(LlamaCppRecordingTest, ChunksOfAStepAreMarked) {
  const Recording& recording = GetParam();
  if (!recording.Has("step_groups")) return;
  Replay replay;
  Play(recording, replay);
  EXPECT_EQ(replay.reader.token_source(),
            recording.native() ? TokenSource::kContinuousUsage : TokenSource::kTimings);
  std::vector<uint32_t> tokens;  // of each step
  for (const SeenEvent& e : replay.events) {
    if (!e.facts.token_bearing) continue;
    if (!e.facts.same_step) tokens.push_back(0);
    tokens.back() += e.facts.tokens.value_or(0);
  }
  std::vector<uint32_t> expected;
  for (const auto& group : StepGroups(recording)) expected.push_back(group[2]);
  EXPECT_EQ(tokens, expected);
}

INSTANTIATE_TEST_SUITE_P(LlamaCpp, LlamaCppRecordingTest, ::testing::ValuesIn(Streams("llamacpp")),
                         TestName);

// Responses that are no stream: their body is decoded as one event is.
std::vector<Recording> WholeAnswers() {
  std::vector<Recording> answers = AllRecordings();
  std::erase_if(answers, [](const Recording& recording) {
    return recording.streamed() || (!recording.Has("finish") && !recording.IsCalled("nonstream"));
  });
  return answers;
}

void PlayWhole(const Recording& recording, Replay& replay) {
  Play(recording, replay);
  const std::string padded = replay.plain_body + std::string(SseParser::kPadding, '\0');
  ChunkFacts facts;
  const absl::Status status =
      replay.reader.OnEvent(std::string_view(padded).substr(0, replay.plain_body.size()), facts);
  ASSERT_TRUE(status.ok()) << status;
}

class WholeAnswerTest : public ::testing::TestWithParam<Recording> {};

TEST_P(WholeAnswerTest, SaysWhatAStreamSays) {
  const Recording& recording = GetParam();
  Replay replay;
  PlayWhole(recording, replay);
  const ResponseReader& reader = replay.reader;
  EXPECT_TRUE(reader.complete());
  EXPECT_FALSE(reader.kept().text.empty());
  if (recording.engine == "vllm") {
    const json::object& counters = recording.at("counters").as_object();
    EXPECT_EQ(reader.output_tokens(), counters.at("generation_tokens").to_number<uint64_t>());
    EXPECT_EQ(reader.input_tokens(), counters.at("prompt_tokens").to_number<uint64_t>());
    EXPECT_EQ(reader.speculation().has_value(), recording.reports_speculation());
    if (!reader.speculation()) return;
    EXPECT_EQ(reader.speculation()->accepted_tokens,
              counters.at("spec_decode_num_accepted_tokens").to_number<uint64_t>());
    return;
  }
  EXPECT_EQ(reader.finish_reason(), recording.at("finish").at(0).as_string());
  EXPECT_EQ(reader.output_tokens(), recording.at("completion_tokens").to_number<uint64_t>());
  EXPECT_EQ(reader.input_tokens(), recording.at("prompt_tokens").to_number<uint64_t>());
  if (!recording.Has("drafted")) return;
  const auto timings = reader.timings();
  ASSERT_TRUE(timings.has_value());
  EXPECT_EQ(timings->drafted_tokens, recording.at("drafted").to_number<uint64_t>());
  EXPECT_EQ(timings->accepted_tokens, recording.at("accepted").to_number<uint64_t>());
  EXPECT_EQ(timings->steps, recording.at("steps").to_number<uint64_t>());
}

INSTANTIATE_TEST_SUITE_P(Engines, WholeAnswerTest, ::testing::ValuesIn(WholeAnswers()), TestName);

// All recordings of SGLang, streams and others, with and without statistics.
class SglangSpeculationTest : public ::testing::TestWithParam<Recording> {
 protected:
  // Of two choices the first counts.
  uint64_t Expected(const char* key) const {
    const json::value& value = GetParam().at(key);
    return value.is_array() ? value.at(0).to_number<uint64_t>() : value.to_number<uint64_t>();
  }
};

TEST_P(SglangSpeculationTest, IsWhatTheServerCounted) {
  const Recording& recording = GetParam();
  Replay replay;
  if (recording.streamed()) {
    Play(recording, replay);
  } else if (recording.Has("finish")) {
    PlayWhole(recording, replay);
  }
  const auto& stats = replay.reader.speculation();
  // None without speculation, nor where the prompt's step was the only one.
  ASSERT_EQ(stats.has_value(), recording.Has("steps"));
  if (!stats) return;
  EXPECT_EQ(stats->steps, Expected("steps"));
  EXPECT_EQ(stats->drafts, Expected("steps"));
  EXPECT_EQ(stats->accepted_tokens, Expected("accepted"));
  EXPECT_EQ(stats->drafted_tokens, Expected("proposed"));
  EXPECT_EQ(stats->draft_length, 3u);
  const json::array& histogram = recording.at("histogram").as_array();
  std::vector<uint64_t> expected;
  for (const json::value& count :
       histogram.at(0).is_array() ? histogram.at(0).as_array() : histogram) {
    expected.push_back(count.to_number<uint64_t>());
  }
  EXPECT_EQ(stats->acceptance_histogram, expected);
}

// Steps melt into one event, and text that is held back has none.
TEST_P(SglangSpeculationTest, NoMoreChunksThanStepsAndThePrompts) {
  const Recording& recording = GetParam();
  if (!recording.streamed() || !recording.Has("steps")) return;
  Replay replay;
  Play(recording, replay);
  const ResponseReader& reader = replay.reader;
  EXPECT_LE(reader.chunks(), *reader.speculation()->steps + 1);
  if (!recording.Has("overshoot")) return;
  EXPECT_EQ(1 + *reader.speculation()->steps + reader.speculation()->accepted_tokens,
            *reader.output_tokens() + Expected("overshoot"));
}

INSTANTIATE_TEST_SUITE_P(Sglang, SglangSpeculationTest, ::testing::ValuesIn(Recordings("sglang")),
                         TestName);

}  // namespace
}  // namespace specctl
