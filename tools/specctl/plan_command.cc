#include "tools/specctl/plan_command.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <CLI/CLI.hpp>

#include "common/planning/deployment_form.h"
#include "common/planning/json_object_reader.h"
#include "common/planning/measured_folder.h"
#include "common/planning/plan.h"
#include "common/planning/plan_gate.h"
#include "common/report/output_file.h"
#include "tools/flags/help_page.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/plan_sweeps.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/run_folder.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

absl::Status WithFlag(std::string_view flag, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrFormat("%s: %s", flag, status.message()));
}

absl::StatusOr<std::vector<Condition>> ConditionsOf(std::string_view flag,
                                                    const std::vector<std::string>& texts,
                                                    std::span<const FigureName> others) {
  std::vector<Condition> all;
  for (const std::string& text : texts) {
    auto conditions = ParseConditions(text, others);
    if (!conditions.ok()) return WithFlag(flag, conditions.status());
    for (Condition& condition : *conditions) all.push_back(std::move(condition));
  }
  return all;
}

absl::StatusOr<std::vector<Condition>> LimitsOf(const PlanFlags& flags) {
  auto slo = ConditionsOf("--slo", flags.slo, {});
  if (!slo.ok()) return slo;
  for (const Condition& condition : *slo) {
    if (!condition.relative) continue;
    return absl::InvalidArgumentError(absl::StrFormat(
        "--slo: \"%s\" is in per cent, and there is nothing to take it of: give the limit itself",
        condition.text));
  }
  return slo;
}

absl::StatusOr<std::vector<Condition>> RequirementsOf(const PlanFlags& flags) {
  auto requirements = ConditionsOf("--require", flags.requires_all, PlanFigures());
  if (!requirements.ok()) return requirements;
  for (const Condition& condition : *requirements) {
    const bool of_plan =
        std::any_of(PlanFigures().begin(), PlanFigures().end(),
                    [&](const FigureName& figure) { return condition.figure->key == figure.key; });
    if (!of_plan || !condition.relative) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("--require: \"%s\": a figure of the plan is not taken in per cent; write "
                        "the limit itself, e.g. speedup >= 1.1",
                        condition.text));
  }
  return requirements;
}

absl::StatusOr<AcceptanceRun> AcceptanceOf(const std::string& named) {
  const absl::StatusOr<std::string> folder = FindRun(named);
  if (!folder.ok()) return WithFlag("--al-from", folder.status());
  absl::StatusOr<MeasuredFolder> measured = MeasureFolder(*folder);
  if (!measured.ok()) return WithFlag("--al-from", measured.status());
  return AcceptanceRun{.name = named, .measured = std::move(measured->measured)};
}

absl::StatusOr<PlanRequest> RequestOf(const PlanFlags& flags) {
  PlanRequest request{.baseline = flags.baseline,
                      .targets = flags.targets,
                      .datasets = flags.datasets,
                      .extrapolate = flags.extrapolate};
  auto slo = LimitsOf(flags);
  if (!slo.ok()) return slo.status();
  request.slo = *std::move(slo);
  auto requirements = RequirementsOf(flags);
  if (!requirements.ok()) return requirements.status();
  request.requirements = *std::move(requirements);
  if (!flags.demand.empty()) {
    absl::StatusOr<Demand> demand = ParseDemand(flags.demand);
    if (!demand.ok()) return demand.status();
    request.demand = *std::move(demand);
  }
  if (flags.gpu_hour && !(*flags.gpu_hour > 0 && std::isfinite(*flags.gpu_hour))) {
    return absl::InvalidArgumentError("--gpu-hour: need a price above 0");
  }
  request.gpu_hour = flags.gpu_hour;
  if (!flags.mix.empty()) {
    auto mix = ParseMix(flags.mix);
    if (!mix.ok()) return mix.status();
    request.mix = *std::move(mix);
  }
  const absl::StatusOr<Across> across = ParseAcross(flags.across);
  if (!across.ok()) return across.status();
  request.across = *across;
  if (!flags.al_from.empty()) {
    absl::StatusOr<AcceptanceRun> run = AcceptanceOf(flags.al_from);
    if (!run.ok()) return run.status();
    request.al_from = *std::move(run);
  }
  return request;
}

absl::StatusOr<Plan> PlanOf(const PlanFlags& flags, const PlanRequest& request, std::ostream& err) {
  std::vector<NamedSweep> sweeps;
  for (const std::string& named : flags.sweeps) {
    absl::StatusOr<NamedSweep> sweep = ReadSweep(named, err);
    if (!sweep.ok()) return sweep.status();
    sweeps.push_back(*std::move(sweep));
  }
  absl::StatusOr<Sweep> joined = JoinSweeps(sweeps, request);
  if (!joined.ok()) return joined.status();
  return MakePlan(*std::move(joined), request);
}

// The first sweep's folder, unless --output-dir says otherwise.
fs::path OutputDirOf(const PlanFlags& flags) {
  if (!flags.output_dir.empty()) return flags.output_dir;
  const fs::path first(flags.sweeps.front());
  std::error_code error;
  return fs::is_directory(first, error) ? first : first.parent_path();
}

// Forms of the plan that lies there: beside another plan they would be taken for that one's.  Other
// files in forms/ stay.
absl::Status RemoveFormsOfEarlierPlan(const fs::path& dir) {
  std::ifstream file(dir / "plan.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto document = JsonDocument::Parse("plan.json", text);
  // What is no plan has no forms.
  if (!document.ok()) return absl::OkStatus();
  JsonErrors errors("plan.json");
  std::vector<std::string> files;
  JsonObjectReader(document->root(), "", errors)
      .ForObjects("forms",
                  [&](const JsonObjectReader& form) { files.push_back(form.Text("file")); });
  for (const std::string& name : files) {
    // A name that leads out of forms/ is none that a plan wrote.
    if (name.empty() || FilePart(name) != name || name.find_first_not_of('.') == name.npos)
      continue;
    std::error_code error;
    fs::remove(dir / "forms" / name, error);
    if (error) {
      return absl::InternalError(
          absl::StrFormat("%s: %s", (dir / "forms" / name).string(), error.message()));
    }
  }
  return absl::OkStatus();
}

// plan.json, and each form as a file of its own.
absl::Status WritePlanFiles(const fs::path& dir, const Plan& plan, const std::string& json) {
  std::error_code error;
  const fs::path forms = dir / "forms";
  fs::create_directories(plan.forms.empty() ? (dir.empty() ? fs::path(".") : dir) : forms, error);
  if (error) {
    return absl::InternalError(
        absl::StrFormat("%s: %s: give --output-dir", dir.string(), error.message()));
  }
  if (absl::Status removed = RemoveFormsOfEarlierPlan(dir); !removed.ok()) return removed;
  if (absl::Status written = WriteFile((dir / "plan.json").string(), json); !written.ok()) {
    return written;
  }
  for (const DeploymentForm& form : plan.forms) {
    const absl::Status written = WriteFile((forms / form.file).string(), form.content);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

// Says on `err` why the status is not 0, whatever the format.
int StatusOfPlan(const Plan& plan, std::ostream& err) {
  int status = kDone;
  for (const std::string& place : plan.unmet()) {
    Say(absl::StrFormat("specctl plan: %s: no target meets the limits at any load", place), err);
    for (const PlannedCurve& planned : plan.answers) {
      const CurveKey& key = planned.answer.curve->key;
      if (PlaceText(key) != place) continue;
      Say(absl::StrFormat("specctl plan:   %s: %s", key.target, planned.answer.reason), err);
    }
    for (const CurveKey& key : plan.unanswered) {
      if (PlaceText(key) != place) continue;
      Say(absl::StrFormat("specctl plan:   %s: speculation on random tokens says nothing of "
                          "language: measure it with a dataset of language",
                          key.target),
          err);
    }
    status = kRequirementFailed;
  }
  for (const GateDecision& each : plan.gate) {
    if (each.decision.holds) continue;
    Say(absl::StrFormat("specctl plan: --require %s%s%s: %s", each.decision.term,
                        each.where.empty() ? "" : " of ", each.where, each.decision.reason),
        err);
    status = kRequirementFailed;
  }
  return status;
}

int FailPlan(const absl::Status& status, std::ostream& err) {
  Say("specctl plan: " + std::string(status.message()), err);
  // What the user can mend by other arguments.
  const bool bad_input =
      absl::IsNotFound(status) || absl::IsInvalidArgument(status) || absl::IsOutOfRange(status);
  return bad_input ? kBadInput : kFailed;
}

constexpr const char* kWhat = "What to plan for";
constexpr const char* kWhich = "Which points";
constexpr const char* kOutput = "Output";

flags::HelpOptions PlanHelp() {
  return {
      .examples = {{.what = "how many replicas for 4,000 output tokens/s within these limits?",
                    .line = "specctl plan S --slo 'ttft_p95 <= 2s, user_tps_p10 >= 30' --demand "
                            "4000tps --gpu-hour 2.40"},
                   {.what = "does speculation pay, up to which load, at which draft length?",
                    .line = "specctl plan S"},
                   {.what = "what would my traffic gain?",
                    .line = "specctl plan S --mix coding=0.4,roleplay=0.6"},
                   {.what = "a gate: exit 3 unless speculation gains 10 % at every point",
                    .line = "specctl plan S --require 'speedup >= 1.1'"}},
      .groups = {kWhat, kWhich, kOutput}};
}

void AddPlanFlags(CLI::App& command, PlanFlags& flags) {
  command
      .add_option("SWEEP", flags.sweeps, "Folders that specctl sweep wrote, or their sweep.json")
      ->required()
      ->expected(-1);
  command
      .add_option("--slo", flags.slo,
                  "Limits that hold at the highest load and every lower one, e.g. 'ttft_p95 <= 2s, "
                  "user_tps_p10 >= 30'; exit with 3 where no load meets them")
      ->allow_extra_args(false)
      ->group(kWhat);
  command
      .add_option(
          "--demand", flags.demand,
          "What the replicas serve together: 4000tps (output tokens/s) or 12rps (requests/s)")
      ->group(kWhat);
  command.add_option("--gpu-hour", flags.gpu_hour, "Price of one GPU for an hour")->group(kWhat);
  command
      .add_option("--mix", flags.mix,
                  "Shares of output tokens by category or tier, e.g. coding=0.4,roleplay=0.6: the "
                  "speedup that traffic would have")
      ->group(kWhat);
  command
      .add_option("--al-from", flags.al_from,
                  "A run of your own prompts: its acceptance lengths take the place of the sweep's")
      ->group(kWhat);
  command
      .add_option("--require", flags.requires_all,
                  "Conditions that must hold, e.g. 'speedup >= 1.1, replicas <= 4'; exit with 3 "
                  "where one does not")
      ->allow_extra_args(false)
      ->group(kWhat);
  command
      .add_flag("--extrapolate", flags.extrapolate,
                "Where every load meets the limits, go on by the last slope, to twice the last "
                "load at most; marked")
      ->group(kWhat);
  command
      .add_option("--baseline", flags.baseline,
                  "The target that speedups are over [the one without speculation]")
      ->group(kWhich);
  command
      .add_option("--target", flags.targets, "Only this target, and that of --baseline; repeatable")
      ->allow_extra_args(false)
      ->group(kWhich);
  command.add_option("--dataset", flags.datasets, "Only these prompts; repeatable")
      ->allow_extra_args(false)
      ->group(kWhich);
  command
      .add_option("--across", flags.across,
                  "Revisions that may differ between points: engine, dataset, drafter, joined by "
                  "commas")
      ->group(kWhich);
  command.add_option("--format", flags.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str()
      ->group(kOutput);
  command
      .add_option("--output-dir", flags.output_dir,
                  "Where plan.json and forms/ are written [the sweep's folder]")
      ->group(kOutput);
}

}  // namespace

int RunPlan(const PlanFlags& flags, std::ostream& out, std::ostream& err) {
  // Flags first: reading journals may take long.
  const absl::StatusOr<PlanRequest> request = RequestOf(flags);
  if (!request.ok()) return FailPlan(request.status(), err);
  const absl::StatusOr<Plan> plan = PlanOf(flags, *request, err);
  if (!plan.ok()) return FailPlan(plan.status(), err);
  const std::string json = PlanJson(*plan, *request);
  const absl::Status printed =
      flags.format == "json" ? PrintJson(json, out)
                             : PrintPage(FitLines(PlanText(*plan, *request), flags.columns), out);
  if (!printed.ok()) return FailPlan(printed, err);
  const absl::Status written = WritePlanFiles(OutputDirOf(flags), *plan, json);
  if (!written.ok()) return FailPlan(written, err);
  return StatusOfPlan(*plan, err);
}

void AddPlanCommand(CLI::App& app, int& exit_status) {
  auto plan = std::make_shared<PlanFlags>();
  CLI::App* command = app.add_subcommand(
      "plan", "Plan capacity and speculation from a sweep: highest load, replicas, draft lengths");
  AddPlanFlags(*command, *plan);
  flags::SetHelp(*command, PlanHelp());
  command->callback([plan, &exit_status] {
    plan->columns = PageColumns();
    exit_status = RunPlan(*plan, std::cout, std::cerr);
  });
}

}  // namespace specctl::cli
