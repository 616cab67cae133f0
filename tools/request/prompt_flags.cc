#include <string>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/dataset/dataset_again.h"
#include "common/dataset/dataset_locator.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

using Request = RequestFlags::Request;

struct PromptFlags {
  RequestFlags::Given<std::string> dataset, public_dataset, dir, format, input_file, custom_type;
  RequestFlags::Given<uint64_t> isl, vocabulary;
  RequestFlags::Given<uint64_t> prefix_groups, prefix_tokens;
  RequestFlags::Given<bool> synthetic_text;
};

constexpr std::string_view kRandom = "random";

// "random" with its sizes is a name of its own, which --like and the artifacts then have.
absl::Status NameRandom(const PromptFlags& given, std::string& dataset) {
  if (dataset != kRandom) {
    if (*given.isl) return BadFlag("--isl", "needs --dataset random");
    if (*given.vocabulary) return BadFlag("--vocab-tokens", "needs --dataset random");
    return absl::OkStatus();
  }
  if (!*given.isl) return BadFlag("--dataset", "random needs --isl N, the tokens of each prompt");
  dataset += absl::StrFormat("_%d", **given.isl);
  if (*given.vocabulary) dataset += absl::StrFormat("_of_%d", **given.vocabulary);
  return absl::OkStatus();
}

// What --like has of its prompts alone.
void ForgetPromptsOf(const std::optional<RunSpec>& like, Request& request) {
  if (!like) return;
  request.spec.dataset.synthetic_text = false;
  // Ids had completions chosen for them; a flag of the endpoint is read after this.
  Endpoint& endpoint = request.spec.request.endpoint;
  if (HoldsTokenIds(like->dataset) && endpoint == Endpoint::kCompletions)
    endpoint = Endpoint::kChat;
}

absl::Status CheckOneIsNamed(const PromptFlags& given) {
  const int named =
      (*given.dataset ? 1 : 0) + (*given.public_dataset ? 1 : 0) + (*given.input_file ? 1 : 0);
  if (named > 1) {
    return BadFlag("--dataset", "can't be combined with --public-dataset or --input-file");
  }
  if (*given.custom_type && !*given.input_file) {
    return BadFlag("--custom-dataset-type", "needs --input-file");
  }
  return absl::OkStatus();
}

absl::Status TakePrefixes(const PromptFlags& given, SharedPrefix& prefix) {
  if (given.prefix_groups->has_value() != given.prefix_tokens->has_value()) {
    return BadFlag(*given.prefix_groups ? "--prefix-groups" : "--prefix-tokens",
                   "needs both --prefix-groups N and --prefix-tokens L");
  }
  if (!*given.prefix_groups) return absl::OkStatus();
  prefix = {.groups = static_cast<uint32_t>(**given.prefix_groups),
            .tokens = static_cast<uint32_t>(**given.prefix_tokens)};
  return absl::OkStatus();
}

absl::Status TakePrompts(const PromptFlags& given, const Surroundings& surroundings,
                         Request& request) {
  if (auto one = CheckOneIsNamed(given); !one.ok()) return one;
  DatasetRequest prompts;
  prompts.dataset = given.dataset->value_or(given.public_dataset->value_or(""));
  if (auto named = NameRandom(given, prompts.dataset); !named.ok()) return named;
  prompts.search_dirs = DatasetSearchDirs(given.dir->value_or(""));
  std::string form = given.format->value_or("");
  // --dataset-dir alone names no prompts.
  const bool named = *given.dataset || *given.public_dataset || *given.input_file;
  // The same rows as then, which is checked once they are read.
  if (!named && surroundings.like) {
    const DatasetIdentity& before = surroundings.like->dataset;
    prompts = RequestOf(before, prompts.search_dirs);
    request.prompts_before = before;
    if (form.empty() && !before.builtin) form = before.format;
  }
  if (*given.input_file) {
    const std::string type = given.custom_type->value_or("");
    // As in AIPerf, the type may be a dataset's name; it says how the file is read.
    const bool is_name = ParseDatasetName(type).has_value();
    prompts.dataset = is_name ? type : **given.input_file;
    // The name then says which rows are taken of that file, and how they are read.
    if (is_name) prompts.file = **given.input_file;
    if (!is_name && !type.empty()) form = type;
  }
  const auto parsed = ParseRowForm(form);
  if (!parsed.ok()) {
    // The error names the flag that the user typed.
    const bool by_type = *given.custom_type && form == **given.custom_type;
    return BadFlag(by_type ? "--custom-dataset-type" : "--dataset-format",
                   std::string(parsed.status().message()));
  }
  prompts.form = *parsed;
  bool& synthetic_text = request.spec.dataset.synthetic_text;
  if (named) ForgetPromptsOf(surroundings.like, request);
  if (auto taken = TakePrefixes(given, request.spec.shared_prefix); !taken.ok()) return taken;
  synthetic_text = given.synthetic_text->value_or(synthetic_text);
  request.prompts = std::move(prompts);
  return absl::OkStatus();
}

}  // namespace

void AddPromptFlags(RequestFlags& flags) {
  PromptFlags given;
  given.dataset = flags.TextForStep({"--dataset",
                                     "Name of a dataset (see `specctl dataset list`), a file, or "
                                     "controller:FILE of the controller's --dataset-dir "
                                     "[speed_bench_throughput_1k if it is found, else builtin]",
                                     "Common"});
  given.public_dataset =
      flags.TextForStep({"--public-dataset", "Same as --dataset NAME", "Prompts"});
  given.dir = flags.TextForStep(
      {"--dataset-dir",
       "Folder with named datasets [$SPECCTL_DATASETS, else ~/.cache/specctl/datasets]",
       "Prompts"});
  given.format = flags.TextForStep(
      {"--dataset-format", "Format of the rows, where it can't be detected", "Prompts"});
  given.input_file = flags.TextForStep({"--input-file", "File of prompts", "Prompts"});
  given.custom_type = flags.TextForStep(
      {"--custom-dataset-type",
       "What --input-file holds: a dataset's name, single_turn or multi_turn", "Prompts"});
  given.isl = flags.NumberForStep({"--isl", "Tokens of each prompt of --dataset random", "Prompts"},
                                  1, RandomTokens::kIslMax);
  given.vocabulary = flags.NumberForStep(
      {"--vocab-tokens",
       absl::StrFormat("Ids of --dataset random are below this [%d]", RandomTokens::kVocabulary),
       "Prompts"},
      1, RandomTokens::kVocabularyMax);
  constexpr uint64_t kPrefixesMax = 100'000, kPrefixTokensMax = 1'000'000;
  given.prefix_groups = flags.NumberForStep(
      {"--prefix-groups",
       "Give each conversation one of so many shared prefixes, for prefix caches to find",
       "Prompts"},
      1, kPrefixesMax);
  given.prefix_tokens = flags.NumberForStep(
      {"--prefix-tokens", "Tokens of each of them; of text at 4 characters a token", "Prompts"}, 1,
      kPrefixTokensMax);
  given.synthetic_text = flags.SwitchForStep(
      {"--synthetic-text",
       "The prompts are not language: conclude nothing about speculation from them", "Prompts"});
  flags.Then([given](const Surroundings& surroundings, Request& request) {
    return TakePrompts(given, surroundings, request);
  });
}

}  // namespace specctl::cli
