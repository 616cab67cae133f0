// The names that --dataset takes, and what each selects.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace specctl {

enum class DatasetFamily {
  kSpeedBench,
  kMtBench,
  kSpecBench,
  kBuiltin,  // text of our own: for trying things
  kRandom,   // random tokens
  kFile,     // a user's file
};

// SPEED-Bench's vocabulary, which `builtin` shares.
std::span<const std::string_view> QualitativeCategories();  // 11, alphabetical
std::span<const std::string_view> ThroughputIsls();         // "1k", "2k", "8k", "16k", "32k"
std::span<const std::string_view> EntropyTiers();           // low_entropy, mixed, high_entropy
bool IsEntropyTier(std::string_view category);
// Tokens of a throughput bucket: "8k" is 8000.
uint32_t TokensOfIsl(std::string_view isl);

// What prompts of random tokens are made of.
struct RandomTokens {
  static constexpr uint64_t kRowsMax = 1'536;         // as a throughput bucket of SPEED-Bench
  static constexpr uint64_t kTokensMax = 64'000'000;  // of all rows; at least one row
  static constexpr uint32_t kIslMax = 1'000'000;
  // Below the vocabulary of every common tokenizer.
  static constexpr uint32_t kVocabulary = 32'000;
  static constexpr uint32_t kVocabularyMax = 10'000'000;

  uint32_t isl_tokens = 0;                   // above 0
  uint32_t vocabulary_tokens = kVocabulary;  // ids are below it; above 0

  uint64_t rows() const;
};

// What a name stands for.
struct DatasetName {
  std::string name;  // e.g. speed_bench_throughput_1k_mixed
  DatasetFamily family = DatasetFamily::kFile;
  // The prepared file without its ending: qualitative, throughput_<isl>, mt_bench, spec_bench.
  std::string config;
  std::string isl;       // of a throughput config, else empty
  std::string category;  // only rows of this category or tier; empty: all rows
  RandomTokens random;   // of kRandom
};

// The names in the order of `dataset list`: 32 of SPEED-Bench, mt_bench, spec_bench, builtin.
const std::vector<std::string>& DatasetNames();

// Known besides: builtin_<category>, builtin_throughput_<isl>[_<tier>],
// random_<isl>[_of_<vocabulary>] (both in tokens).  nullopt: not a name.
std::optional<DatasetName> ParseDatasetName(std::string_view name);

// At most 3 known names that `name` may be a slip of, nearest first; may be empty.
std::vector<std::string> NearDatasetNames(std::string_view name);

}  // namespace specctl
