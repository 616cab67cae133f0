#include "tools/specctl/dataset_command.h"

#include <iostream>
#include <memory>
#include <string>

#include <absl/status/statusor.h>

#include "common/dataset/dataset.h"
#include "common/dataset/dataset_catalog.h"
#include "common/dataset/dataset_locator.h"
#include "common/dataset/dataset_statistics.h"
#include "tools/dataset/dataset_scripts.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

struct Options {
  std::string dataset;
  std::string dataset_dir;
  std::string dataset_format;
  std::string format = "table";
  bool all = false;
};

int Fail(const absl::Status& error, int exit_status) {
  return Complain("specctl dataset", error, exit_status);
}

int Print(const std::string& text, bool is_json) {
  const absl::Status printed = is_json ? PrintJson(text, std::cout) : PrintPage(text, std::cout);
  return printed.ok() ? kDone : Fail(printed, kFailed);
}

int RunList(const Options& options) {
  const std::vector<std::string> dirs = DatasetSearchDirs(options.dataset_dir);
  const std::vector<CatalogEntry> catalog = MakeCatalog(dirs);
  if (options.format == "json") return Print(CatalogJson(catalog, dirs), true);
  return Print(CatalogTable(catalog, dirs, options.all), false);
}

int RunInspect(const Options& options) {
  const absl::StatusOr<std::optional<RowForm>> form = ParseRowForm(options.dataset_format);
  if (!form.ok()) {
    return Fail(BadFlag("--dataset-format", std::string(form.status().message())), kBadInput);
  }
  DatasetRequest request;
  request.dataset = options.dataset;
  request.form = *form;
  request.search_dirs = DatasetSearchDirs(options.dataset_dir);
  DatasetStatisticsBuilder builder;
  const absl::StatusOr<Dataset> dataset = ScanDataset(
      request, [&](const Conversation& conversation) { builder.AddConversation(conversation); });
  if (!dataset.ok()) return Fail(dataset.status(), kBadInput);
  const DatasetStatistics statistics = std::move(builder).Build();
  if (options.format == "json") return Print(StatisticsJson(*dataset, statistics), true);
  return Print(StatisticsTable(*dataset, statistics), false);
}

// All that follows on the command line is the script's, --help too.
void AddScript(CLI::App& dataset, const std::string& name, const std::string& script,
               const std::string& what, int& exit_status) {
  CLI::App* const command = dataset.add_subcommand(name, what);
  command->set_help_flag();
  command->prefix_command();
  command->callback([command, script, &exit_status] {
    const absl::StatusOr<std::string> folder = UnpackFiles(DatasetScripts(), ScriptCache());
    const absl::Status failed =
        folder.ok() ? BecomeScript(*folder, script, command->remaining()) : folder.status();
    exit_status = Fail(failed, kFailed);
  });
}

void AddCommonOptions(CLI::App& command, Options& options) {
  command.add_option("--dataset-dir", options.dataset_dir,
                     "Folder with named datasets; searched before $SPECCTL_DATASETS and "
                     "~/.cache/specctl/datasets");
  command.add_option("--format", options.format, "Output format [table]")
      ->check(CLI::IsMember({"table", "json"}));
}

}  // namespace

void AddDatasetCommand(CLI::App& app, int& exit_status) {
  const auto options = std::make_shared<Options>();
  CLI::App* const dataset =
      app.add_subcommand("dataset", "List, inspect, prepare, import and tokenize datasets");
  dataset->require_subcommand(1);

  CLI::App* const list = dataset->add_subcommand(
      "list", "List the datasets on this machine, and how to get the others");
  list->add_flag("--all", options->all, "Also name those that are not on this machine");
  AddCommonOptions(*list, *options);
  list->callback([options, &exit_status] { exit_status = RunList(*options); });

  CLI::App* const inspect =
      dataset->add_subcommand("inspect",
                              "Show rows, turns and lengths per category, and the SHA-256; for a "
                              "dataset that is not on this machine, how to get it");
  inspect->add_option("dataset", options->dataset, "Name of a dataset, or a file")->required();
  inspect->add_option(
      "--dataset-format", options->dataset_format,
      "Format of the rows: auto, speed_bench_messages, turns, prompt, openai_messages, sharegpt, "
      "token_pieces");
  AddCommonOptions(*inspect, *options);
  inspect->callback([options, &exit_status] { exit_status = RunInspect(*options); });

  AddScript(*dataset, "prepare", "prepare.py",
            "Fetch a dataset, put its sources' texts in, and verify it (needs python3)",
            exit_status);
  AddScript(*dataset, "import", "import_rows.py",
            "Take over what another tool prepared, without a network (needs python3)", exit_status);
  AddScript(*dataset, "tokenize", "tokenize_rows.py",
            "Make token ids of prompts, by a model's tokenizer and chat template (needs python3)",
            exit_status);
}

}  // namespace specctl::cli
