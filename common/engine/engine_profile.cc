#include "common/engine/engine_profile.h"

#include <algorithm>

namespace specctl {
namespace {

constexpr std::string_view kTotal = "_total";

// What Prometheus's client libraries expose for any process.
constexpr MetricFamily kProcessStart = {
    .figure = ServerFigure::kProcessStart, .name = "process_start_time_seconds", .counter = false};

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// `text` without its spaces holds `part`: JSON is written with and without them.
bool ContainsPacked(std::string_view text, std::string_view part) {
  std::string packed(text);
  std::erase_if(packed, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; });
  return Contains(packed, part);
}

bool Matches(const MetricFamily& family, std::string_view sample_name) {
  if (sample_name == family.name) return true;
  return family.counter && family.name.ends_with(kTotal) &&
         sample_name == family.name.substr(0, family.name.size() - kTotal.size());
}

}  // namespace

const EngineProfile& ProfileNamed(std::string_view name) {
  for (const EngineProfile* profile : {&VllmProfile(), &LlamaCppProfile()}) {
    if (profile->name == name) return *profile;
  }
  return OpenAiProfile();
}

const EngineProfile& DetectEngine(std::string_view version_body, std::string_view models_body,
                                  std::string_view metrics_text, std::string_view server_header) {
  // Any one of these is enough: proxies hide some of them.
  if (Contains(metrics_text, "vllm:") || ContainsPacked(models_body, "\"owned_by\":\"vllm\"") ||
      Contains(version_body, "vllm")) {
    return VllmProfile();
  }
  if (Contains(metrics_text, "llamacpp:") || Contains(server_header, "llama.cpp") ||
      ContainsPacked(models_body, "\"owned_by\":\"llamacpp\"")) {
    return LlamaCppProfile();
  }
  return OpenAiProfile();
}

const MetricFamily* FindFamily(const EngineProfile& profile, std::string_view sample_name) {
  if (sample_name == kProcessStart.name) return &kProcessStart;
  const auto found =
      std::find_if(profile.metrics.begin(), profile.metrics.end(),
                   [&](const MetricFamily& family) { return Matches(family, sample_name); });
  return found == profile.metrics.end() ? nullptr : &*found;
}

}  // namespace specctl
