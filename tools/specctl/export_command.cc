#include "tools/specctl/export_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <ostream>
#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_format.h>
#include <CLI/CLI.hpp>

#include "common/report/journal_replay.h"
#include "tools/flags/help_page.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/export_forms.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/run_folder.h"

namespace specctl::cli {
namespace {

// The one form that is asked for.
absl::StatusOr<const ExportForm*> FormOf(const ExportOptions& options) {
  if (options.forms.empty()) {
    return absl::InvalidArgumentError("nothing to export: give " + ExportFormFlags());
  }
  if (options.forms.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s and %s: one form at a time, as a command each", options.forms[0].flag,
                        options.forms[1].flag));
  }
  const std::span<const ExportForm> forms = ExportForms();
  const auto form = std::find_if(forms.begin(), forms.end(), [&](const ExportForm& known) {
    return known.flag == options.forms[0].flag;
  });
  if (form == forms.end()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: no form; need %s", options.forms[0].flag, ExportFormFlags()));
  }
  if (options.output && !form->to_output) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--output: %s names where it writes to by itself; leave --output out", form->flag));
  }
  return &*form;
}

bool IsTheAskersFault(const absl::Status& why) {
  return absl::IsNotFound(why) || absl::IsInvalidArgument(why) || absl::IsFailedPrecondition(why);
}

void AddForm(const ExportForm& form, const std::shared_ptr<ExportOptions>& options,
             CLI::App& command) {
  const std::string flag(form.flag), help(form.help);
  if (form.value.empty()) {
    command.add_flag_function(
        flag,
        [options, flag](int64_t) {
          options->forms.push_back({flag, ""});
        },
        help);
    return;
  }
  command
      .add_option_function<std::string>(
          flag,
          [options, flag](const std::string& value) {
            options->forms.push_back({flag, value});
          },
          help)
      ->type_name(std::string(form.value));
}

std::vector<specctl::flags::HelpExample> Examples() {
  std::vector<specctl::flags::HelpExample> examples;
  for (const ExportForm& form : ExportForms()) {
    examples.push_back(
        {.what = std::string(form.example),
         .line = "specctl export 20261129-120142-80b3 " + std::string(form.example_arguments)});
  }
  return examples;
}

}  // namespace

int RunExport(const ExportOptions& options, std::ostream& err) {
  const auto fail = [&](const absl::Status& why) {
    Say("specctl export: " + std::string(why.message()), err);
    return IsTheAskersFault(why) ? kBadInput : kFailed;
  };
  const absl::StatusOr<const ExportForm*> form = FormOf(options);
  if (!form.ok()) return fail(form.status());
  absl::StatusOr<std::string> run_dir = FindRun(options.run_dir);
  if (!run_dir.ok()) return fail(run_dir.status());
  const ExportTask task = {.run_dir = *std::move(run_dir),
                           .value = options.forms[0].value,
                           .output = options.output.value_or("-")};
  const absl::StatusOr<JournalLoss> loss = (*form)->write(task);
  if (!loss.ok()) return fail(loss.status());
  for (const std::string& line : JournalLossLines(task.run_dir, *loss)) {
    Say("specctl export: " + line, err);
  }
  return kDone;
}

void AddExportCommand(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Export the details of a run from its journal");
  command->add_option("RUN", options->run_dir, "Folder or id of a run")->required();
  for (const ExportForm& form : ExportForms()) AddForm(form, options, *command);
  command->add_option("--output", options->output, "File to write; \"-\" is standard output [-]");
  specctl::flags::SetHelp(*command, {.examples = Examples(), .groups = {}});
  command->callback([options, &exit_status] { exit_status = RunExport(*options, std::cerr); });
}

}  // namespace specctl::cli
