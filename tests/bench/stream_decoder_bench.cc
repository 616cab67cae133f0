// What one chunk of vLLM's chat stream costs on its way from received bytes to counted tokens, and
// what the JSON part of it would cost with another parser.
//
//   stream_decoder_bench --benchmark_repetitions=9 --benchmark_report_aggregates_only=true
#include <benchmark/benchmark.h>

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/engine/response_reader.h"
#include "common/engine/stream_decoder.h"
#include "common/net/http_response_parser.h"
#include "common/net/sse_parser.h"

namespace specctl {
namespace {

// A chunk of vLLM 0.32.0 with continuous usage, 342 bytes, as recorded but for the length of the
// model's name; `completion_tokens` grows from chunk to chunk as it does there.
std::string Payload(int completion_tokens, std::string_view content) {
  std::string payload =
      R"({"id":"chatcmpl-84afd25b4dc1f6c9","object":"chat.completion.chunk","created":1795344750,)"
      R"("model":"Llama-3.1-8B-Instruct","choices":[{"index":0,"delta":{"content":")";
  payload += content;
  payload +=
      R"("},"logprobs":null,"finish_reason":null,"token_ids":null}],"usage":{"prompt_tokens":160,)"
      R"("total_tokens":)" +
      std::to_string(160 + completion_tokens) + R"(,"completion_tokens":)" +
      std::to_string(completion_tokens) + R"(,"completion_tokens_details":null}})";
  return payload;
}

std::string Padded(std::string payload) { return payload + std::string(SseParser::kPadding, '\0'); }

std::string HttpChunk(const std::string& event) {
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", event.size());
  return size + event + "\r\n";
}

void ReportRate(benchmark::State& state, size_t payload_bytes) {
  state.counters["chunks/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["payload_bytes"] = static_cast<double>(payload_bytes);
}

void Decode(benchmark::State& state, std::string_view content) {
  const std::string payload = Payload(123, content);
  const std::string padded = Padded(payload);
  StreamDecoder decoder;
  StreamEvent event;
  for (auto _ : state) {
    const auto status = decoder.Decode(std::string_view(padded).substr(0, payload.size()), event);
    if (!status.ok() || event.completion_tokens != 123) state.SkipWithError("wrong result");
    benchmark::DoNotOptimize(event);
  }
  ReportRate(state, payload.size());
}
void BM_DecodeChunk(benchmark::State& state) { Decode(state, " the quick brow"); }
void BM_DecodeChunkWithEscapes(benchmark::State& state) { Decode(state, " the\\n\\\"quick "); }
BENCHMARK(BM_DecodeChunk);
BENCHMARK(BM_DecodeChunkWithEscapes);

// The same walk over a tree that Boost.JSON builds in one reused block of memory.
void BM_BoostJsonChunk(benchmark::State& state) {
  namespace json = boost::json;
  const std::string payload = Payload(123, " the quick brow");
  static unsigned char block[64 << 10];
  json::stream_parser parser;
  for (auto _ : state) {
    json::monotonic_resource memory(block, sizeof block);
    parser.reset(&memory);
    parser.write(payload);
    const json::value root = parser.release();
    const json::object& object = root.as_object();
    StreamEvent event;
    const json::object& choice = object.at("choices").as_array().at(0).as_object();
    const auto view = [](const json::value& value) {
      return std::string_view(value.as_string().data(), value.as_string().size());
    };
    event.id = view(object.at("id"));
    if (const auto* content = choice.at("delta").as_object().if_contains("content")) {
      event.text = view(*content);
    }
    if (choice.at("finish_reason").is_string())
      event.finish_reason = view(choice.at("finish_reason"));
    if (choice.contains("token_ids") && choice.at("token_ids").is_array()) event.token_ids = 1;
    const json::object& usage = object.at("usage").as_object();
    event.completion_tokens = usage.at("completion_tokens").to_number<uint64_t>();
    event.prompt_tokens = usage.at("prompt_tokens").to_number<uint64_t>();
    if (event.completion_tokens != 123) state.SkipWithError("wrong result");
    benchmark::DoNotOptimize(event);
  }
  ReportRate(state, payload.size());
}
BENCHMARK(BM_BoostJsonChunk);

std::string_view WithoutPadding(std::string_view padded) {
  return padded.substr(0, padded.size() - SseParser::kPadding);
}

// A stream of 512 chunks; one piece is one chunk of HTTP, as vLLM sends it.
std::vector<std::string> Events() {
  std::vector<std::string> events;
  for (int i = 1; i <= 512; ++i)
    events.push_back("data: " + Payload(i, " the quick brow") + "\n\n");
  return events;
}

void BM_SseChunk(benchmark::State& state) {
  std::vector<std::string> events;
  for (std::string& event : Events()) events.push_back(Padded(std::move(event)));
  SseParser sse(16 << 20);
  size_t i = 0, bytes = 0;
  for (auto _ : state) {
    if (!sse.Feed(WithoutPadding(events[i])).ok()) state.SkipWithError("refused");
    while (const auto event = sse.Next()) bytes += event->data.size();
    i = (i + 1) % events.size();
  }
  benchmark::DoNotOptimize(bytes);
  ReportRate(state, WithoutPadding(events[0]).size());
}
BENCHMARK(BM_SseChunk);

// All of it: HTTP framing, SSE, JSON, tokens.
class Stream final : public HttpBodySink {
 public:
  void Begin() {
    http.Reset();
    sse.Reset();
    reader.BeginResponse({});
    (void)http.Feed(
        "HTTP/1.1 200 OK\r\ndate: Sun, 22 Nov 2026 10:54:04 GMT\r\nserver: uvicorn\r\n"
        "content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n");
  }
  void OnHead() override {}
  absl::Status OnBody(std::string_view bytes) override {
    if (auto status = sse.Feed(bytes); !status.ok()) return status;
    ChunkFacts facts;
    while (const auto event = sse.Next()) {
      if (auto status = reader.OnEvent(event->data, facts); !status.ok()) return status;
      tokens += facts.tokens.value_or(0);
    }
    return absl::OkStatus();
  }
  uint64_t tokens = 0;
  StreamDecoder decoder;
  ResponseReader reader{decoder};
  SseParser sse{16 << 20};
  HttpResponseParser http{*this};
};

void BM_WholeChunk(benchmark::State& state) {
  std::vector<std::string> chunks;
  for (const std::string& event : Events()) chunks.push_back(Padded(HttpChunk(event)));
  Stream stream;
  stream.Begin();
  size_t i = 0;
  uint64_t fed = 0;
  for (auto _ : state) {
    if (!stream.http.Feed(WithoutPadding(chunks[i])).ok()) state.SkipWithError("refused");
    ++fed;
    if (++i == chunks.size()) {
      i = 0;
      stream.Begin();
    }
  }
  if (stream.tokens != fed) state.SkipWithError("wrong number of tokens");
  ReportRate(state, WithoutPadding(chunks[0]).size());
}
BENCHMARK(BM_WholeChunk);

}  // namespace
}  // namespace specctl

BENCHMARK_MAIN();
