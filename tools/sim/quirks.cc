#include "tools/sim/quirks.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <charconv>

namespace specctl::sim {
namespace {

// An engine without the quirk, and what a user should know of it.
struct Without {
  EngineKind engine;
  std::string_view why;
};

struct QuirkEntry {
  Quirk quirk;
  std::string_view name;
  double share;                      // where none is given
  std::array<Without, 3> without{};  // those with a `why`
};

constexpr Without kVllmSendsNone{EngineKind::kVllm, "vllm, which sends none"};
constexpr Without kSglangSendsNone{EngineKind::kSglang, "sglang, which sends none"};
constexpr Without kTrtllmSendsNone{EngineKind::kTrtllm, "trtllm, which sends none"};
constexpr Without kLlamacppSendsNone{EngineKind::kLlamacpp, "llamacpp, which sends none"};

constexpr std::array<QuirkEntry, kQuirks> kTable = {{
    {Quirk::kEmptyFirst,
     "empty-first",
     1,
     {{{EngineKind::kLlamacpp,
        "llamacpp, whose events before the first token are those of the "
        "quirk progress"}}}},
    {Quirk::kEmptyChunks, "empty-chunks", 0.3, {{kLlamacppSendsNone}}},
    {Quirk::kEmptyFinish,
     "empty-finish",
     1,
     {{{EngineKind::kSglang, "sglang, whose chat does so in any case"},
       {EngineKind::kLlamacpp, "llamacpp, which does so in any case"}}}},
    {Quirk::kReasoning, "reasoning", 1},
    {Quirk::kToolCalls, "tool-calls", 1},
    {Quirk::kStopString,
     "stop-string",
     0.5,
     {{{EngineKind::kTrtllm,
        "trtllm, which matches stop strings as tokens, like an end of "
        "sequence"}}}},
    {Quirk::kAbort, "abort", 0.1, {{kVllmSendsNone, kTrtllmSendsNone, kLlamacppSendsNone}}},
    {Quirk::kLogprobs, "logprobs", 1},
    {Quirk::kKeepalive, "keepalive", 0.3, {{kVllmSendsNone, kSglangSendsNone, kTrtllmSendsNone}}},
    {Quirk::kProgress, "progress", 1, {{kVllmSendsNone, kSglangSendsNone, kTrtllmSendsNone}}},
    {Quirk::kPerfMetrics,
     "perf-metrics",
     1,
     {{kVllmSendsNone, kSglangSendsNone, kLlamacppSendsNone}}},
    {Quirk::kFramedIds, "framed-ids", 1, {{kVllmSendsNone, kTrtllmSendsNone, kLlamacppSendsNone}}},
    {Quirk::kNoNulls,
     "no-nulls",
     1,
     {{{EngineKind::kTrtllm, "trtllm, whose chat does so in any case"},
       {EngineKind::kLlamacpp, "llamacpp, which always has the same members"}}}},
}};

bool ParseShare(std::string_view text, double& share) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
  return error == std::errc() && end == text.data() + text.size() && share >= 0 && share <= 1;
}

}  // namespace

absl::Status Quirks::Add(std::string_view text) {
  const std::string_view name = text.substr(0, text.find(':'));
  const auto found = std::ranges::find(kTable, name, &QuirkEntry::name);
  if (found == kTable.end()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--quirk: need one of %s, got '%s'", QuirkNames(), text));
  }
  double share = found->share;
  if (name.size() < text.size() && !ParseShare(text.substr(name.size() + 1), share)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--quirk: need NAME[:share in 0..1], got '%s'", text));
  }
  shares_[static_cast<size_t>(found->quirk)] = share;
  return absl::OkStatus();
}

absl::Status Quirks::CheckFor(EngineKind engine) const {
  for (const QuirkEntry& entry : kTable) {
    if (!Has(entry.quirk)) continue;
    for (const Without& without : entry.without) {
      if (without.why.empty() || without.engine != engine) continue;
      return absl::InvalidArgumentError(
          absl::StrFormat("--quirk %s: need another --engine than %s", entry.name, without.why));
    }
  }
  return absl::OkStatus();
}

bool Quirks::Happens(Quirk quirk, const Draws& of_reply, uint64_t index) const {
  // Numbers of its own for each: one more quirk does not move where the others strike.
  return Has(quirk) &&
         of_reply.Uniform(Purpose::kQuirk, index * kQuirks + static_cast<uint64_t>(quirk)) <
             Share(quirk);
}

uint64_t PickFor(Quirk quirk, const Draws& of_reply, uint64_t below) {
  return of_reply.Bits(Purpose::kQuirkSize, static_cast<uint64_t>(quirk)) % below;
}

std::string QuirkNames() {
  std::string names;
  for (const QuirkEntry& entry : kTable) {
    const bool last = &entry == &kTable.back();
    absl::StrAppendFormat(&names, "%s%s", names.empty() ? "" : last ? " or " : ", ", entry.name);
  }
  return names;
}

}  // namespace specctl::sim
