#include "common/engine/engine_profile.h"

#include <algorithm>
#include <array>

namespace specctl {
namespace {

constexpr std::string_view kTotal = "_total";

// What Prometheus's client libraries expose for any process.
constexpr MetricFamily kProcessStart = {
    .figure = ServerFigure::kProcessStart, .name = "process_start_time_seconds", .counter = false};

bool Contains(std::string_view text, std::string_view part) {
  return !part.empty() && text.find(part) != std::string_view::npos;
}

// JSON is written with and without spaces.
std::string Packed(std::string_view text) {
  std::string packed(text);
  std::erase_if(packed, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; });
  return packed;
}

bool IsOwnedBy(std::string_view owner, std::string_view packed_models) {
  if (owner.empty()) return false;
  return Contains(packed_models, "\"owned_by\":\"" + std::string(owner) + "\"");
}

// Whether a line of the text begins with it.
bool HasLineWith(std::string_view prefix, std::string_view text) {
  if (prefix.empty()) return false;
  return text.starts_with(prefix) || Contains(text, "\n" + std::string(prefix));
}

bool Matches(const MetricFamily& family, std::string_view sample_name) {
  if (sample_name == family.name) return true;
  return family.counter && family.name.ends_with(kTotal) &&
         sample_name == family.name.substr(0, family.name.size() - kTotal.size());
}

// Whether the text has a family of that engine, or of the one that it is built on.
bool HasFamilyOf(const EngineProfile& profile, std::string_view metrics) {
  if (HasLineWith(profile.marks.metrics_prefix, metrics)) return true;
  if (profile.built_on != nullptr && HasFamilyOf(profile.built_on(), metrics)) return true;
  return std::any_of(profile.metrics.begin(), profile.metrics.end(),
                     [&](const MetricFamily& family) { return HasLineWith(family.name, metrics); });
}

bool Has(const MetricLabels& labels, const LabelValue& wanted) {
  return std::any_of(labels.begin(), labels.end(), [&](const auto& label) {
    return label.first == wanted.label && label.second == wanted.value;
  });
}

}  // namespace

std::span<const EngineProfile* const> EngineProfiles() {
  static const std::array<const EngineProfile*, 6> kAll = {&VllmProfile(),     &SglangProfile(),
                                                           &TrtllmProfile(),   &NimProfile(),
                                                           &LlamaCppProfile(), &OpenAiProfile()};
  return kAll;
}

const EngineProfile& ProfileNamed(std::string_view name) {
  for (const EngineProfile* profile : EngineProfiles()) {
    if (profile->name == name) return *profile;
  }
  return OpenAiProfile();
}

const EngineProfile& DetectEngine(const ServerAnswers& answers) {
  const std::string models = Packed(answers.models);
  // What a container adds to its engine comes first.
  for (const EngineProfile* profile : EngineProfiles()) {
    const std::string_view path = profile->marks.metrics_path;
    if (path.empty() || path != answers.metrics_path) continue;
    if (HasFamilyOf(*profile, answers.metrics)) return *profile;
  }
  for (const EngineProfile* profile : EngineProfiles()) {
    const EngineMarks& marks = profile->marks;
    if (IsOwnedBy(marks.owned_by, models) || Contains(answers.server_header, marks.server_header) ||
        Contains(answers.version, marks.version_text) ||
        Contains(answers.server_info, marks.server_info_text) ||
        HasLineWith(marks.metrics_prefix, answers.metrics)) {
      return *profile;
    }
  }
  return OpenAiProfile();
}

const MetricFamily* FindFamily(const EngineProfile& profile, std::string_view sample_name,
                               const MetricLabels& labels) {
  if (sample_name == kProcessStart.name) return &kProcessStart;
  if (!profile.other_worker.label.empty() && Has(labels, profile.other_worker)) return nullptr;
  const auto found =
      std::find_if(profile.metrics.begin(), profile.metrics.end(), [&](const MetricFamily& family) {
        return Matches(family, sample_name) &&
               (family.where.label.empty() || Has(labels, family.where));
      });
  if (found != profile.metrics.end()) return &*found;
  return profile.built_on == nullptr ? nullptr
                                     : FindFamily(profile.built_on(), sample_name, labels);
}

bool HasFamilyNamed(const EngineProfile& profile, std::string_view sample_name) {
  if (sample_name == kProcessStart.name) return true;
  const bool own =
      std::any_of(profile.metrics.begin(), profile.metrics.end(),
                  [&](const MetricFamily& family) { return Matches(family, sample_name); });
  return own || (profile.built_on != nullptr && HasFamilyNamed(profile.built_on(), sample_name));
}

}  // namespace specctl
