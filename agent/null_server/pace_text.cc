#include "agent/null_server/pace_text.h"

#include <charconv>

namespace specctl::agent {
namespace {

// The number that follows `name` in `line`.
std::optional<uint64_t> NumberAfter(std::string_view name, std::string_view line) {
  const size_t at = line.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  uint64_t number = 0;
  const char* const first = line.data() + at + name.size();
  const auto [end, error] = std::from_chars(first, line.data() + line.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<NullServerReport> ParsePaceText(std::string_view output) {
  constexpr uint64_t kNanosPerMicro = 1000;
  // The last report: SIGUSR1 may have printed others before.
  const size_t at = output.rfind("chunks ");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view line = output.substr(at, output.find('\n', at) - at);
  const auto chunks = NumberAfter("chunks ", line);
  const auto lateness_us = NumberAfter(" p99 ", line);
  const auto blocked = NumberAfter("blocked ", line);
  if (!chunks || !lateness_us || !blocked) return std::nullopt;
  return NullServerReport{
      .chunks = *chunks, .lateness_p99_ns = *lateness_us * kNanosPerMicro, .blocked = *blocked};
}

std::optional<std::string_view> ParseListening(std::string_view output) {
  constexpr std::string_view kListening = "listening on ";
  const size_t at = output.find(kListening);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = output.substr(at + kListening.size());
  const size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(0, end);
}

}  // namespace specctl::agent
