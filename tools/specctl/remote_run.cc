#include "tools/specctl/remote_run.h"

#include <unistd.h>

#include <optional>
#include <utility>
#include <variant>

#include <absl/strings/str_format.h>

#include "common/dataset/dataset.h"
#include "controller/run/interrupt_source.h"
#include "tools/specctl/connection_flags.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/local_request.h"
#include "tools/specctl/output_dir.h"
#include "tools/specctl/pod_end.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/remote_job.h"
#include "tools/specctl/run_copy.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kWhoRuns = "specctl run";
constexpr std::string_view kDefaultDataset = "speed_bench_throughput_1k";

// Prompts that lie on this machine go with the run; what is not here is looked for there.
absl::Status LoadPrompts(controller::MeasureRequest& request) {
  const auto* named = std::get_if<DatasetRequest>(&request.prompts);
  if (named == nullptr) return absl::OkStatus();
  DatasetRequest here = *named;
  if (here.dataset.empty()) here.dataset = kDefaultDataset;
  if (IsGenerated(here) || IsLeftToController(here)) return absl::OkStatus();
  auto rows = LoadDataset(here);
  if (!rows.ok()) return rows.status();
  request.prompts = *std::move(rows);
  return absl::OkStatus();
}

}  // namespace

int ReportJob(const controller::Job& job, MeasuredRun report, const KubeForward* forward,
              const ResultsFormat& format) {
  // What the controller could not do with the run: here its journal is whole.
  if (!job.error.ok()) Complain(report.who, job.error, kFailed);
  if (!job.end) {
    const bool measured = ::access((report.run_dir + "/journal.pb").c_str(), F_OK) == 0;
    return ReportNothingMeasured(report.who, job, measured);
  }
  if (*job.end != RunEnd::kCompleted) {
    Say(absl::StrFormat("%s: %s", report.who, job.end_reason));
  }
  report.end = *job.end;
  if (forward != nullptr) {
    report.tell_more = [&report, forward](const Results& results) {
      const AskPod ask = [forward](const std::string& name) { return forward->GetPod(name); };
      for (const std::string& line : PodEnds(results.agents, results.begun_unix_ns, ask)) {
        Say(absl::StrFormat("%s: %s", report.who, line));
      }
    };
  }
  return ReportRun(report, format);
}

int RunRemotely(const RunFlags& flags, controller::MeasureRequest request,
                const std::vector<std::string>& words) {
  // Before anything that would be left behind.
  const controller::InterruptSource interrupts;
  ControllerWait wait(flags.remote.AgentsPatience(), interrupts.token());
  auto connection = ConnectToSubmit(flags.remote.connection, request.agents, wait);
  if (!connection.ok()) {
    return Complain(kWhoRuns, connection.status(), wait.interrupted() ? kInterrupted : kBadInput);
  }
  if (auto loaded = LoadPrompts(request); !loaded.ok()) {
    return Complain(kWhoRuns, loaded, kBadInput);
  }
  const std::string run_id = request.spec.run_id;
  const std::string run_dir = flags.output_dir.value_or("runs/" + run_id);
  std::optional<OutputDir> output_dir;
  if (!flags.remote.detach) {
    auto prepared = OutputDir::Prepare(run_dir);
    if (!prepared.ok()) return Complain(kWhoRuns, prepared.status(), kBadInput);
    output_dir.emplace(*std::move(prepared));
  }
  RunCopy copy(run_id, run_dir);
  const RemoteEnd end = SubmitAndFollow(*connection,
                                        {.who = kWhoRuns,
                                         .id = run_id,
                                         .words = words,
                                         .secrets = controller::SecretsOf(request),
                                         .order = controller::PackOrder(request)},
                                        flags.remote, &copy, wait);
  if (!end.job) return end.exit_status;
  return ReportJob(*end.job, {.who = kWhoRuns, .run_dir = run_dir, .strict = flags.strict},
                   connection->forward.get(), flags.format);
}

}  // namespace specctl::cli
