#include "tools/specctl/export_forms.h"

#include <array>

#include "common/report/artifacts.h"
#include "tools/specctl/onward_forms.h"

namespace specctl::cli {
namespace {

absl::StatusOr<JournalLoss> WriteChunks(const ExportTask& task) {
  return ExportChunks(task.run_dir, task.output);
}

absl::StatusOr<JournalLoss> WriteAiperf(const ExportTask& task) {
  return ExportAiperf(task.run_dir, task.value);
}

absl::StatusOr<JournalLoss> WriteSpecdecBench(const ExportTask& task) {
  return ExportSpecdecBench(task.run_dir, task.value);
}

constexpr std::array kForms = {
    ExportForm{.flag = "--chunks",
               .value = "",
               .help = "Export every token-bearing chunk, as JSON lines",
               .to_output = true,
               .example = "every chunk of a run into a file",
               .example_arguments = "--chunks --output chunks.jsonl",
               .write = WriteChunks},
    ExportForm{.flag = "--aiperf",
               .value = "DIR",
               .help = "Export a folder for each category into DIR, which is new or empty, as "
                       "AIPerf's speed-bench-report reads them",
               .to_output = false,
               .example = "NVIDIA AIPerf's matrix of this run: its own report reads the folders",
               .example_arguments = "--aiperf matrix && aiperf speed-bench-report matrix",
               .write = WriteAiperf},
    ExportForm{.flag = "--specdec-bench",
               .value = "DIR",
               .help = "Export acceptance_rate.json into DIR, by specdec_bench's definitions",
               .to_output = false,
               .example = "acceptance as specdec_bench defines it",
               .example_arguments = "--specdec-bench specdec",
               .write = WriteSpecdecBench},
    ExportForm{.flag = "--inject",
               .value = "ENGINE",
               .help = "Export the settings of vllm, sglang or trtllm that force the measured "
                       "acceptance",
               .to_output = true,
               .example = "a server that accepts as many draft tokens as this run measured",
               .example_arguments = "--inject vllm",
               .write = WriteInjection},
    ExportForm{.flag = "--speculation-profile",
               .value = "",
               .help = "Export speculation_profile.json, as Model-Optimizer proposes it",
               .to_output = true,
               .example = "how good the drafts are, for a checkpoint or a simulator",
               .example_arguments = "--speculation-profile --output speculation_profile.json",
               .write = WriteSpeculationProfile},
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
