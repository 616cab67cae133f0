#include "tools/specctl/export_forms.h"

#include <array>

#include "common/report/artifacts.h"

namespace specctl::cli {
namespace {

absl::StatusOr<JournalLoss> WriteChunks(const ExportTask& task) {
  return ExportChunks(task.run_dir, task.output);
}

constexpr std::array kForms = {
    ExportForm{.flag = "--chunks",
               .value = "",
               .help = "Export every token-bearing chunk, as JSON lines",
               .to_output = true,
               .example = "every chunk of a run into a file",
               .example_arguments = "--chunks --output chunks.jsonl",
               .write = WriteChunks},
};

}  // namespace

std::span<const ExportForm> ExportForms() { return kForms; }

std::string ExportFormFlags() {
  std::string flags;
  for (size_t i = 0; i < kForms.size(); ++i) {
    if (i > 0) flags += i + 1 == kForms.size() ? " or " : ", ";
    flags += kForms[i].flag;
  }
  return flags;
}

}  // namespace specctl::cli
