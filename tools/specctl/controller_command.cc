#include "tools/specctl/controller_command.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>
#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include "common/report/output_file.h"
#include "common/security/grpc_credentials.h"
#include "common/security/plaintext_policy.h"
#include "common/security/refusal_reasons.h"
#include "controller/api/control_service.h"
#include "controller/api/daemon.h"
#include "controller/api/job_store.h"
#include "controller/live/metrics_text.h"
#include "controller/run/interrupt_source.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/daemon_log.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/http_face.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kWhoServes = "specctl controller";
constexpr Nanos kWatchersPatience = std::chrono::seconds(2);
constexpr Nanos kSignalLook = std::chrono::milliseconds(50);

struct ControllerFlags {
  std::string listen = "127.0.0.1:7070", http = "127.0.0.1:8080", data, port_file;
  std::string tls_dir, join_token, dataset_dir, log_format = "text";
  bool plaintext = false;
  Nanos drain = std::chrono::seconds(10);
};

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const ControllerFlags& flags) {
  const bool has_tls = !flags.tls_dir.empty();
  const absl::Status allowed =
      CheckPlaintext({.address = flags.listen, .has_tls = has_tls, .plaintext = flags.plaintext});
  if (!allowed.ok()) return allowed;
  if (!has_tls) return grpc::InsecureServerCredentials();
  auto tls =
      MakeServerTls({.folder = flags.tls_dir, .now = UnixNow()},
                    {{.service = "specctl.v1.AgentSession", .roles = {PeerRole::kAgent}},
                     {.service = "specctl.v1.Control", .roles = {PeerRole::kClient}},
                     {.service = "grpc.health.v1.Health",
                      .roles = {PeerRole::kController, PeerRole::kAgent, PeerRole::kClient}}});
  if (!tls.ok()) return tls.status();
  spdlog::info("controller: certificate {}", ExpiryText(tls->facts.not_after, UnixNow()));
  for (const std::string& warning : tls->warnings) spdlog::warn("controller: {}", warning);
  return tls->credentials;
}

controller::ControllerFacts FactsFor(controller::Daemon& daemon, controller::Fleet& fleet) {
  using controller::JobState;
  controller::ControllerFacts facts{.version = kVersion};
  for (const controller::FleetMember& member : fleet.members()) {
    facts.agents_attached += member.connected ? 1 : 0;
    facts.agents_in_run += member.in_run ? 1 : 0;
  }
  for (const controller::Job& job : daemon.List()) {
    uint32_t& count = IsWaiting(job.state)              ? facts.runs_queued
                      : job.state == JobState::kRunning ? facts.runs_running
                      : job.state == JobState::kDone    ? facts.runs_done
                      : job.state == JobState::kFailed  ? facts.runs_failed
                                                        : facts.runs_cancelled;
    ++count;
  }
  return facts;
}

HttpAnswer AnswerTo(std::string_view target, controller::Daemon& daemon, controller::Fleet& fleet) {
  if (target == "/livez" || target == "/readyz") return {.body = "ok\n"};
  if (target == "/metrics") {
    const auto snapshot = daemon.snapshot();
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = controller::MetricsText(FactsFor(daemon, fleet),
                                            snapshot == nullptr ? nullptr : &snapshot->figures)};
  }
  return {.status = 404, .body = "/livez, /readyz or /metrics\n"};
}

// Until a signal; then the run that is on drains, a second signal stops it at once.
void AwaitEnd(controller::Daemon& daemon, const controller::StopToken& signals) {
  uint32_t told = 0;
  while (told == 0 || !daemon.idle()) {
    for (const uint32_t asked = signals.requests(); told < asked; ++told) daemon.EndRun();
    std::this_thread::sleep_for(kSignalLook);
  }
}

absl::Status Serve(const ControllerFlags& flags) {
  auto credentials = MakeServerCredentials(flags);
  if (!credentials.ok()) return credentials.status();
  auto store = controller::JobStore::Open(flags.data);
  if (!store.ok()) return store.status();
  std::vector<std::string> unreadable;
  auto jobs = store->ReadJobs(unreadable);
  if (!jobs.ok()) return jobs.status();
  for (const std::string& path : unreadable) {
    spdlog::warn("controller: {}: not a job that this version can read; left as it is", path);
  }
  grpc::EnableDefaultHealthCheckService(true);
  controller::ControlService service;
  auto fleet = controller::Fleet::Start({.specctl_version = kVersion,
                                         .listen = flags.listen,
                                         .join_token = flags.join_token,
                                         .credentials = *credentials,
                                         .resuming = controller::Daemon::AnyRunning(*jobs),
                                         .services = {&service},
                                         .logs_uncalled = true});
  if (!fleet.ok()) return fleet.status();
  const controller::InterruptSource signals;
  auto daemon = std::make_unique<controller::Daemon>(
      controller::Daemon::Options{
          .specctl_version = kVersion, .dataset_dir = flags.dataset_dir, .drain = flags.drain},
      *std::move(store), *std::move(jobs), **fleet);
  auto http = HttpFace::Start(
      flags.http, [&](std::string_view target) { return AnswerTo(target, *daemon, **fleet); });
  if (!http.ok()) return http.status();
  spdlog::info(
      "controller: specctl {} listens on {} for agents and clients, on {} for health and "
      "metrics",
      kVersion, (*fleet)->address(), (*http)->url());
  if (!flags.port_file.empty()) {
    auto written = WriteFile(flags.port_file, (*fleet)->address() + "\n" + (*http)->url() + "\n");
    if (!written.ok()) return written;
  }
  // Nothing runs before all of this is there.
  daemon->Start();
  service.Serve(*daemon, **fleet);
  AwaitEnd(*daemon, signals.token());
  service.AwaitWatchers(kWatchersPatience);
  service.Stop();
  http->reset();
  daemon.reset();
  spdlog::info("controller: told to end; everything measured is in {}", flags.data);
  return absl::OkStatus();
}

int RunController(const ControllerFlags& flags) {
  BeginDaemonLog(flags.log_format);
  // gRPC's own log lines are no use to users, but for why it refused someone.
  if (std::getenv("GRPC_VERBOSITY") == nullptr) RefusalReasons::TakeGrpcLog();
  const absl::Status ended = Serve(flags);
  if (ended.ok()) return kDone;
  const bool bad = absl::IsInvalidArgument(ended) || absl::IsNotFound(ended) ||
                   absl::IsFailedPrecondition(ended);
  return Complain(kWhoServes, ended, bad ? kBadInput : kFailed);
}

}  // namespace

void AddControllerCommand(CLI::App& app, int& exit_status) {
  CLI::App* const command = app.add_subcommand(
      "controller", "Serve runs: agents attach to it, specctl run --controller submits to it");
  const auto flags = std::make_shared<ControllerFlags>();
  command->add_option("--listen", flags->listen,
                      "HOST:PORT for agents and clients [127.0.0.1:7070]");
  command->add_option("--http", flags->http,
                      "ADDRESS:PORT for /livez, /readyz and /metrics [127.0.0.1:8080]");
  command->add_option("--data", flags->data, "Folder for runs; made where it is missing")
      ->required();
  command
      ->add_option("--dataset-dir", flags->dataset_dir,
                   "Folder with prompts that runs may name: its named datasets, and its files as "
                   "--dataset controller:PATH [named datasets: $SPECCTL_DATASETS; no files]")
      ->check(CLI::ExistingDirectory);
  command->add_option("--port-file", flags->port_file,
                      "Write both addresses to this file, a line each, once it listens");
  command
      ->add_option("--tls-dir", flags->tls_dir,
                   "Folder with ca.crt, tls.crt and tls.key (specctl certs init)")
      ->envname("SPECCTL_TLS_DIR");
  command->add_flag("--plaintext", flags->plaintext,
                    "Listen beyond loopback without TLS: whoever reaches the port may use it");
  command
      ->add_option("--join-token", flags->join_token,
                   "Token that agents must show, beside their certificate")
      ->envname("SPECCTL_JOIN_TOKEN");
  command->add_option_function<std::string>(
      "--drain",
      [flags](const std::string& text) {
        const auto taken = TakeDuration("--drain", text, flags->drain);
        if (!taken.ok()) throw CLI::ValidationError(std::string(taken.message()));
      },
      "What is in flight at SIGTERM, or when a run is cancelled, gets this long [10s]");
  AddLogFormat(*command, flags->log_format);
  command->callback([flags, &exit_status] { exit_status = RunController(*flags); });
}

}  // namespace specctl::cli
