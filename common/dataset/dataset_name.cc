#include "common/dataset/dataset_name.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <utility>

#include <absl/strings/ascii.h>

#include "common/base/edit_distance.h"

namespace specctl {
namespace {

// SPEED-Bench's own names.
constexpr std::array<std::string_view, 11> kCategories = {
    "coding",    "humanities", "math", "multilingual",  "qa",     "rag",
    "reasoning", "roleplay",   "stem", "summarization", "writing"};
constexpr std::array<std::string_view, 5> kIsls = {"1k", "2k", "8k", "16k", "32k"};
constexpr std::array<std::string_view, 3> kTiers = {"low_entropy", "mixed", "high_entropy"};

std::vector<std::string> MakeNames(std::string_view family, bool with_tiers) {
  const std::string prefix = std::string(family) + "_";
  std::vector<std::string> names;
  for (const std::string_view category : kCategories)
    names.push_back(prefix + std::string(category));
  for (const std::string_view isl : kIsls) {
    const std::string config = prefix + "throughput_" + std::string(isl);
    names.push_back(config);
    if (!with_tiers) continue;
    for (const std::string_view tier : kTiers) names.push_back(config + "_" + std::string(tier));
  }
  return names;
}

bool Consume(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// `rest` is what follows "throughput_": <isl>[_<tier>].
bool ParseThroughput(std::string_view rest, DatasetName& parsed) {
  const std::string_view isl = rest.substr(0, rest.find('_'));
  if (std::find(kIsls.begin(), kIsls.end(), isl) == kIsls.end()) return false;
  parsed.isl = isl;
  parsed.config = "throughput_" + parsed.isl;
  rest.remove_prefix(isl.size());
  if (rest.empty()) return true;
  // The underscore before the tier.
  rest.remove_prefix(1);
  parsed.category = rest;
  return IsEntropyTier(rest);
}

// `rest` is what follows "speed_bench_" or "builtin_".
bool ParseSelection(std::string_view rest, DatasetName& parsed) {
  if (Consume(rest, "throughput_")) return ParseThroughput(rest, parsed);
  parsed.config = "qualitative";
  if (rest == "qualitative") return true;
  parsed.category = rest;
  return std::find(kCategories.begin(), kCategories.end(), rest) != kCategories.end();
}

bool ParseCount(std::string_view text, uint32_t most, uint32_t& count) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() && count > 0 &&
         count <= most;
}

// `rest` is what follows "random_": <isl>[_of_<vocabulary>].
bool ParseRandom(std::string_view rest, RandomTokens& random) {
  constexpr std::string_view kOf = "_of_";
  const size_t of = rest.find(kOf);
  if (!ParseCount(rest.substr(0, of), RandomTokens::kIslMax, random.isl_tokens)) return false;
  return of == std::string_view::npos ||
         ParseCount(rest.substr(of + kOf.size()), RandomTokens::kVocabularyMax,
                    random.vocabulary_tokens);
}

// Lower case, '-' and '.' as '_'.
std::string Normalized(std::string_view name) {
  std::string normalized = absl::AsciiStrToLower(std::string(name));
  std::replace_if(
      normalized.begin(), normalized.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return normalized;
}

}  // namespace

std::span<const std::string_view> QualitativeCategories() { return kCategories; }
std::span<const std::string_view> ThroughputIsls() { return kIsls; }
std::span<const std::string_view> EntropyTiers() { return kTiers; }

bool IsEntropyTier(std::string_view category) {
  return std::find(kTiers.begin(), kTiers.end(), category) != kTiers.end();
}

uint64_t RandomTokens::rows() const {
  return std::clamp<uint64_t>(kTokensMax / std::max(isl_tokens, 1u), 1, kRowsMax);
}

uint32_t TokensOfIsl(std::string_view isl) {
  uint32_t thousands = 0;
  [[maybe_unused]] const auto [end, error] =
      std::from_chars(isl.data(), isl.data() + isl.size(), thousands);
  assert(error == std::errc() && *end == 'k');
  return thousands * 1000;
}

const std::vector<std::string>& DatasetNames() {
  // Never destroyed: other static objects may still use it at exit.
  static const std::vector<std::string>* const names = [] {
    auto* made = new std::vector<std::string>{"speed_bench_qualitative"};
    for (std::string& name : MakeNames("speed_bench", true)) made->push_back(std::move(name));
    made->insert(made->end(), {"mt_bench", "spec_bench", "builtin"});
    return made;
  }();
  return *names;
}

std::optional<DatasetName> ParseDatasetName(std::string_view name) {
  DatasetName parsed;
  parsed.name = name;
  if (name == "mt_bench" || name == "spec_bench") {
    parsed.family = name == "mt_bench" ? DatasetFamily::kMtBench : DatasetFamily::kSpecBench;
    parsed.config = name;
    return parsed;
  }
  if (name == "builtin") {
    parsed.family = DatasetFamily::kBuiltin;
    parsed.config = "qualitative";
    return parsed;
  }
  std::string_view rest = name;
  if (Consume(rest, "random_")) {
    parsed.family = DatasetFamily::kRandom;
    return ParseRandom(rest, parsed.random) ? std::optional(parsed) : std::nullopt;
  }
  if (Consume(rest, "speed_bench_")) {
    parsed.family = DatasetFamily::kSpeedBench;
  } else if (Consume(rest, "builtin_")) {
    parsed.family = DatasetFamily::kBuiltin;
  } else {
    return std::nullopt;
  }
  if (!ParseSelection(rest, parsed)) return std::nullopt;
  return parsed;
}

std::vector<std::string> NearDatasetNames(std::string_view name) {
  constexpr size_t kNamesMax = 3;
  constexpr size_t kNameBytesMax = 80;  // longer ones are no slips, and would cost time
  if (name.size() > kNameBytesMax) return {};
  const std::string wanted = Normalized(name);
  std::vector<std::pair<size_t, std::string>> near;
  const auto consider = [&](const std::string& known) {
    // The end alone is a name that was cut short: "throughput_1k", "coding".
    const bool is_end = !wanted.empty() && known.ends_with("_" + wanted);
    const size_t distance = is_end ? 1 : EditDistance(wanted, known);
    // One slip in four characters; a short name may have two.
    if (distance <= std::max<size_t>(2, known.size() / 4)) near.emplace_back(distance, known);
  };
  for (const std::string& known : DatasetNames()) consider(known);
  for (const std::string& known : MakeNames("builtin", false)) consider(known);
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (near.size() > kNamesMax) near.resize(kNamesMax);
  std::vector<std::string> names;
  for (auto& [distance, known] : near) names.push_back(std::move(known));
  return names;
}

}  // namespace specctl
