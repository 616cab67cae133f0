// Events of one response, one a line, whatever they hold.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/engine/response_reader.h"
#include "common/net/sse_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static specctl::StreamDecoder decoder;
  specctl::ResponseReader reader(decoder);
  reader.BeginResponse({.keep = {.text = true}, .max_tokens = size});
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  uint64_t chunks = 0;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() == rest.size() ? line.size() : line.size() + 1);
    // Hostile padding: as if the value went on.
    const std::string padded =
        std::string(line) + std::string(specctl::SseParser::kPadding, line.empty() ? '"' : line[0]);
    specctl::ChunkFacts facts;
    const auto status = reader.OnEvent(std::string_view(padded).substr(0, line.size()), facts);
    if (!status.ok() && facts.token_bearing) abort();
    chunks += facts.token_bearing ? 1 : 0;
    if (facts.tokens && (*facts.tokens == 0 || !facts.token_bearing)) abort();
  }
  if (reader.chunks() != chunks) abort();
  if (reader.complete() && (reader.has_error() || reader.finish_reason().empty())) abort();
  const auto source = reader.token_source();
  const auto fault = reader.token_fault();
  const bool no_fault = fault == specctl::TokenFault::kNone;
  if (source == specctl::TokenSource::kNone && no_fault && reader.output_tokens()) abort();
  if (source == specctl::TokenSource::kTotalsOnly && !reader.output_tokens()) abort();
  if (const auto timings = reader.timings(); timings && timings->each_step_known) {
    uint64_t drafts = 0, accepted = 0;
    for (size_t k = 0; k < timings->acceptance_histogram.size(); ++k) {
      drafts += timings->acceptance_histogram[k];
      accepted += k * timings->acceptance_histogram[k];
    }
    if (!timings->steps || drafts > *timings->steps) abort();
    if (accepted != timings->accepted_tokens) abort();
  }
  return 0;
}
