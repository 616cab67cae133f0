#include "tools/specctl/remote_run.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/shell_quote.h"
#include "common/dataset/dataset.h"
#include "common/dataset/dataset_locator.h"
#include "controller/run/interrupt_source.h"
#include "tools/specctl/connection_flags.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/follow_job.h"
#include "tools/specctl/output_dir.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/sweep_arguments.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kWhoRuns = "specctl run";
// Pods take their time.
constexpr Nanos kScalePatience = std::chrono::minutes(5);
constexpr std::string_view kDefaultDataset = "speed_bench_throughput_1k";

// "user@host", as far as the system tells.
std::string Submitter() {
  std::array<char, 256> host{};
  const bool named = ::gethostname(host.data(), host.size() - 1) == 0;
  const char* user = ::getenv("USER");
  return absl::StrFormat("%s@%s", user == nullptr ? "?" : user, named ? host.data() : "?");
}

std::string CommandText(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const std::string& word : KeptArguments(words)) quoted.push_back(ShellQuoted(word));
  return "run " + absl::StrJoin(quoted, " ");
}

// Prompts that lie on this machine go with the run; what is not here is looked for there.
absl::Status LoadPrompts(controller::MeasureRequest& request) {
  const auto* named = std::get_if<DatasetRequest>(&request.prompts);
  if (named == nullptr) return absl::OkStatus();
  DatasetRequest here = *named;
  if (here.dataset.empty()) here.dataset = kDefaultDataset;
  const auto name = ParseDatasetName(here.dataset);
  // Generated text is the same wherever it is generated.
  const bool generated =
      name && (name->family == DatasetFamily::kBuiltin || name->family == DatasetFamily::kRandom);
  if (generated || (name && !LocateDataset(*name, here.search_dirs).ok())) return absl::OkStatus();
  auto rows = LoadDataset(here);
  if (!rows.ok()) return rows.status();
  request.prompts = *std::move(rows);
  return absl::OkStatus();
}

}  // namespace

int ReportJob(const controller::Job& job, MeasuredRun report, const ResultsFormat& format) {
  // What the controller could not do with the run: here its journal is whole.
  if (!job.error.ok()) Complain(report.who, job.error, kFailed);
  if (!job.end) {
    if (job.state == controller::JobState::kCancelled) {
      Say(absl::StrFormat("%s: cancelled before it began", report.who));
      return kInterrupted;
    }
    const bool measured = ::access((report.run_dir + "/journal.pb").c_str(), F_OK) == 0;
    return measured ? kFailed : StatusOfResolve(job.error);
  }
  if (*job.end != RunEnd::kCompleted) {
    Say(absl::StrFormat("%s: %s", report.who, job.end_reason));
  }
  report.end = *job.end;
  return ReportRun(report, format);
}

int RunRemotely(const RunFlags& flags, controller::MeasureRequest request,
                const std::vector<std::string>& words) {
  // Before anything that would be left behind.
  const controller::InterruptSource interrupts;
  auto connection = Connect(flags.connection, request.agents);
  if (!connection.ok()) return Complain(kWhoRuns, connection.status(), kBadInput);
  controller::ControlClient& client = *connection->client;
  if (auto loaded = LoadPrompts(request); !loaded.ok()) {
    return Complain(kWhoRuns, loaded, kBadInput);
  }
  const std::string run_id = request.spec.run_id;
  const std::string run_dir = flags.output_dir.value_or("runs/" + run_id);
  std::optional<OutputDir> output_dir;
  if (!flags.detach) {
    auto prepared = OutputDir::Prepare(run_dir);
    if (!prepared.ok()) return Complain(kWhoRuns, prepared.status(), kBadInput);
    output_dir.emplace(*std::move(prepared));
  }
  const controller::OrderSecrets secrets = controller::SecretsOf(request);
  const controller::PackedOrder order = controller::PackOrder(request);
  controller::Job job;
  job.id = run_id;
  job.command = CommandText(words);
  job.submitter = Submitter();
  job.specctl_version = kVersion;
  job.wait_agents = flags.wait_agents.value_or(flags.connection.scale ? kScalePatience : Nanos(0));
  const auto submit = [&] { return client.Submit(job, secrets, order).status(); };
  if (interrupts.token().requests() > 0) return kInterrupted;
  if (const absl::Status submitted = submit(); !submitted.ok()) {
    const bool down = absl::IsUnavailable(submitted) || absl::IsDeadlineExceeded(submitted);
    Complain(kWhoRuns, submitted, kFailed);
    // An answer that was lost tells nothing of what was asked.
    if (down) Say(absl::StrFormat("if it was taken all the same: specctl attach %s", run_id));
    return down ? kFailed : kBadInput;
  }
  const std::string& address = client.address();
  if (flags.detach) {
    const absl::Status printed = PrintPage(run_id + "\n", std::cout);
    Say(absl::StrFormat("submitted; to watch it: specctl attach %s --controller %s", run_id,
                        address));
    return printed.ok() ? kDone : Complain(kWhoRuns, printed, kFailed);
  }
  const auto over = FollowJob(
      client,
      {.job_id = run_id, .run_dir = run_dir, .resubmit = submit, .stop = interrupts.token()});
  if (!over.ok()) {
    return Complain(kWhoRuns, over.status(),
                    absl::IsCancelled(over.status()) ? kInterrupted : kFailed);
  }
  return ReportJob(*over, {.who = kWhoRuns, .run_dir = run_dir, .strict = flags.strict},
                   flags.format);
}

}  // namespace specctl::cli
