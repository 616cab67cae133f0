// Recorded answers of real servers (tests/golden/engines), and their way through the whole path
// from bytes to chunks.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/engine/response_reader.h"
#include "common/engine/stream_decoder.h"
#include "common/net/http_response_parser.h"
#include "common/net/sse_parser.h"

namespace specctl {

inline std::filesystem::path GoldenEngines() {
  const char* root = std::getenv("SPECCTL_SOURCE_DIR");
  return std::filesystem::path(root ? root : ".") / "tests/golden/engines";
}

inline std::string ReadGolden(const std::filesystem::path& below) {
  std::ifstream in(GoldenEngines() / below, std::ios::binary);
  if (!in) throw std::runtime_error("no such file: " + (GoldenEngines() / below).string());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// One chunk as the decoder and the reader saw it.
struct SeenEvent {
  std::string name;  // of the SSE event
  bool has_usage = false, has_choice = false, has_other_choice = false, has_output = false;
  uint64_t completion_tokens = 0;
  uint32_t token_ids = 0, logprob_tokens = 0;
  ChunkFacts facts;
};

// Feeds pieces of a response, and keeps what came out.
class Replay final : public HttpBodySink {
 public:
  void OnHead() override { ++heads; }
  absl::Status OnBody(std::string_view bytes) override {
    if (http.content_type() != "text/event-stream") {
      plain_body.append(bytes);
      return absl::OkStatus();
    }
    if (auto status = sse.Feed(bytes); !status.ok()) return status;
    while (const auto event = sse.Next()) {
      if (auto status = OnEvent(*event); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Feeds a copy that is no longer than its padding.
  absl::Status Feed(std::string_view bytes) {
    const std::string padded = std::string(bytes) + std::string(SseParser::kPadding, '\0');
    return http.Feed(std::string_view(padded).substr(0, bytes.size()));
  }

  // All that came out, as text: equal texts mean that the cuts made no difference.
  std::string Dump() const {
    std::ostringstream out;
    out << http.status() << ' ' << http.done() << heads << reader.done_seen() << reader.complete()
        << ' ' << reader.error() << '/' << reader.error_code() << ' ' << reader.finish_reason()
        << ' ' << reader.response_id() << ' ' << reader.output_hash().value_or(0) << ' '
        << static_cast<int>(reader.token_source()) << ' '
        << static_cast<int64_t>(reader.output_tokens().value_or(-1)) << ' '
        << static_cast<int64_t>(reader.input_tokens().value_or(-1)) << ' ' << sse.comments() << ' '
        << plain_body << reader.kept().text;
    for (const SeenEvent& e : events) {
      out << '\n'
          << e.name << e.facts.token_bearing << e.facts.tokens.value_or(0) << e.facts.reasoning
          << e.facts.same_step << ' ' << e.completion_tokens << ' ' << e.token_ids << ' '
          << e.logprob_tokens;
    }
    return out.str();
  }

  // Tokens of the token-bearing chunks; 0 where unknown.
  std::vector<uint32_t> ChunkTokens() const {
    std::vector<uint32_t> tokens;
    for (const SeenEvent& e : events) {
      if (e.facts.token_bearing) tokens.push_back(e.facts.tokens.value_or(0));
    }
    return tokens;
  }

  int heads = 0;
  std::string plain_body;
  std::vector<SeenEvent> events;  // [DONE] is none
  StreamDecoder decoder, reader_decoder;
  ResponseReader reader{reader_decoder};
  SseParser sse{16 << 20};
  HttpResponseParser http{*this};

 private:
  absl::Status OnEvent(const SseParser::Event& event) {
    StreamEvent decoded;
    SeenEvent seen;
    if (auto status = decoder.Decode(event.data, decoded); !status.ok()) return status;
    if (auto status = reader.OnEvent(event.data, seen.facts); !status.ok()) return status;
    if (decoded.done) return absl::OkStatus();
    seen.name = event.name;
    seen.has_usage = decoded.completion_tokens.has_value();
    seen.has_choice = decoded.choices > decoded.other_choices;
    seen.has_other_choice = decoded.other_choices > 0;
    seen.has_output = !decoded.text.empty() || !decoded.reasoning.empty();
    seen.completion_tokens = decoded.completion_tokens.value_or(0);
    seen.token_ids = decoded.token_ids.value_or(0);
    seen.logprob_tokens = decoded.logprob_tokens.value_or(0);
    events.push_back(seen);
    return absl::OkStatus();
  }
};

// The body of a recorded answer that is not a stream.
inline std::string GoldenBody(const std::filesystem::path& below) {
  Replay replay;
  const absl::Status status = replay.Feed(ReadGolden(below));
  if (!status.ok()) throw std::runtime_error(status.ToString());
  return replay.plain_body;
}

}  // namespace specctl
