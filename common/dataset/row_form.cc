#include "common/dataset/row_form.h"

#include <array>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

namespace specctl {
namespace {

using Entry = std::pair<std::string_view, RowForm>;
constexpr std::array<Entry, 6> kForms = {{{"speed_bench_messages", RowForm::kSpeedBenchMessages},
                                          {"turns", RowForm::kTurns},
                                          {"prompt", RowForm::kPrompt},
                                          {"openai_messages", RowForm::kOpenAiMessages},
                                          {"sharegpt", RowForm::kShareGpt},
                                          {"token_pieces", RowForm::kTokenPieces}}};
// Taken, not shown: who comes from AIPerf types them.
constexpr std::array<Entry, 2> kAiperfNames = {
    {{"single_turn", RowForm::kPrompt}, {"multi_turn", RowForm::kTurns}}};

}  // namespace

std::string_view NameOf(RowForm form) {
  for (const auto& [name, known] : kForms) {
    if (known == form) return name;
  }
  return "";
}

absl::StatusOr<std::optional<RowForm>> ParseRowForm(std::string_view name) {
  if (name.empty() || name == "auto") return std::optional<RowForm>();
  for (const auto& [known, form] : kForms) {
    if (known == name) return std::optional(form);
  }
  for (const auto& [known, form] : kAiperfNames) {
    if (known == name) return std::optional(form);
  }
  std::string names = "auto";
  for (const auto& [known, form] : kForms) names += ", " + std::string(known);
  return absl::InvalidArgumentError(
      absl::StrFormat("need one of %s, got %s", names, std::string(name)));
}

}  // namespace specctl
