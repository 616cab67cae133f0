#include "tools/specctl/preflight_runner.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/base/own_program.h"
#include "common/report/journal_replay.h"
#include "controller/measure/measure.h"
#include "controller/measure/resolve.h"
#include "tools/specctl/local_fleet.h"
#include "tools/specctl/preflight_request.h"
#include "tools/specctl/stop_at_once.h"

namespace specctl::cli {
namespace {

constexpr Nanos kPollInterval = std::chrono::milliseconds(5);
constexpr Nanos kServerPatience = std::chrono::seconds(10);

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(text).str();
}

// Without the line's end.
std::string LastLine(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// A command of this program, in a process that dies with this one.
std::vector<std::string> OwnCommand(std::vector<std::string> words) {
  // Not argv[0], which may be relative or have been replaced on disk meanwhile.
  words.insert(words.begin(), {OwnProgram(), "--parent-pid", std::to_string(::getpid())});
  return words;
}

}  // namespace

PreflightRunner::~PreflightRunner() {
  std::error_code ignored;  // a folder of temporary files
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

std::string PreflightRunner::File(const std::string& name, size_t i) const {
  return File(absl::StrFormat("%d.%s", i, name));
}

absl::Status PreflightRunner::MakeFolder() {
  std::error_code error;
  // A new folder for each step: the last step's URLs and reports must not be taken for this one's.
  if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
  std::string name =
      (std::filesystem::temp_directory_path(error) / "specctl-preflight-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    return absl::UnavailableError(
        absl::StrFormat("can't create the folder %s: %s", name,
                        error ? error.message() : std::string(std::strerror(errno))));
  }
  folder_ = name;
  return absl::OkStatus();
}

absl::Status PreflightRunner::Await(const std::function<bool()>& done,
                                    std::string_view what) const {
  const MonoTime deadline = MonoNow() + kServerPatience;
  while (!done()) {
    if (options_.stop.requests() > 0) return absl::CancelledError("interrupted");
    if (MonoNow() > deadline) {
      return absl::DeadlineExceededError(absl::StrFormat("the null server did not %s within %s",
                                                         what, FormatDuration(kServerPatience)));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return absl::OkStatus();
}

absl::StatusOr<JudgedStep> PreflightRunner::Run(const StepLoad& load) {
  const NullServers wanted{.count = load.agents, .chunks_per_s = load.chunks_per_s};
  auto measured = MeasureOn(wanted, [&](const std::vector<std::string>& urls) {
    return StepRequest(load, options_.duration, urls);
  });
  if (!measured.ok()) return measured.status();
  return JudgeStep(load, FiguresOf(measured->results), std::move(measured->null_servers));
}

absl::StatusOr<JudgedRate> PreflightRunner::RunRate(const RateLoad& load) {
  const NullServers wanted{.count = load.agents, .chunks_per_s = RateLoad::kChunksPerS};
  const auto measured = MeasureOn(wanted, [&](const std::vector<std::string>& urls) {
    return RateRequest(load, options_.duration, urls);
  });
  if (!measured.ok()) return measured.status();
  return JudgeRate(load, measured->results, measured->null_servers);
}

absl::StatusOr<PreflightRunner::Measured> PreflightRunner::MeasureOn(
    const NullServers& wanted, const MakeRequest& make_request) {
  if (auto made = MakeFolder(); !made.ok()) return made;
  std::vector<ChildProcess> servers;
  const auto urls = StartNullServers(wanted, servers);
  if (!urls.ok()) return urls.status();
  auto request = make_request(*urls);
  if (!request.ok()) return request.status();
  auto results = RunRequest(*std::move(request));
  if (!results.ok()) return results.status();
  auto reports = EndNullServers(servers);
  if (!reports.ok()) return reports.status();
  return Measured{.results = *std::move(results), .null_servers = *std::move(reports)};
}

absl::StatusOr<std::vector<std::string>> PreflightRunner::StartNullServers(
    const NullServers& wanted, std::vector<ChildProcess>& servers) {
  // All are started before the first is waited for.
  for (uint32_t i = 0; i < wanted.count; ++i) {
    // Port 0 and a file for the URL: several null servers never fight for a port.
    auto server = ChildProcess::Start(
        {.words =
             OwnCommand({"sim", "--port", "0", "--port-file", File("url", i), "--pace",
                         absl::StrFormat("%.6f", wanted.chunks_per_s), "--pace-first-ms", "1"}),
         .stdout_path = File("server.out", i),
         .stderr_path = File("server.err", i)});
    if (!server.ok()) return server.status();
    servers.push_back(*std::move(server));
  }
  std::vector<std::string> urls;
  for (uint32_t i = 0; i < wanted.count; ++i) {
    const auto listens = [&] {
      // The line's end is written last: a URL is never read half.
      return servers[i].Ended() || ReadFile(File("url", i)).ends_with('\n');
    };
    if (auto up = Await(listens, "listen"); !up.ok()) return up;
    if (servers[i].Ended()) {
      return absl::UnavailableError("the null server: " +
                                    LastLine(ReadFile(File("server.err", i))));
    }
    urls.push_back(LastLine(ReadFile(File("url", i))));
  }
  return urls;
}

absl::StatusOr<std::vector<sim::PaceSummary>> PreflightRunner::EndNullServers(
    std::vector<ChildProcess>& servers) {
  // All of them first, so that they end side by side.
  for (ChildProcess& server : servers) server.Signal(SIGTERM);
  std::vector<sim::PaceSummary> reports;
  for (size_t i = 0; i < servers.size(); ++i) {
    const auto ended = [&] { return servers[i].Ended().has_value(); };
    if (auto down = Await(ended, "end"); !down.ok()) return down;
    const auto report = sim::ParsePaceReport(ReadFile(File("server.out", i)));
    if (!report) return absl::UnavailableError("the null server ended without its report");
    reports.push_back(*report);
  }
  return reports;
}

absl::StatusOr<Results> PreflightRunner::RunRequest(controller::MeasureRequest request) {
  controller::ProbingNetwork network(FactsOf(fleet_), [](std::string_view) {});
  const auto run = controller::Resolve(std::move(request), network);
  if (!run.ok()) return run.status();
  if (auto grown = fleet_.Grow(run->spec.load.agents); !grown.ok()) return grown;
  StopAtOnce stop(options_.stop);
  const auto outcome =
      controller::Measure(*run, {.path = folder_.string()}, fleet_, stop.token(), stop);
  if (!outcome.ok()) return outcome.status();
  const RunEnded& ended = outcome->ended;
  if (ended.end == RunEnd::kInterrupted) return absl::CancelledError("interrupted");
  auto results = ReadResults(folder_.string());
  // A run that ended badly has its figures all the same, with a verdict that says so.
  const bool told = results.ok() && results->verdict.state != VerdictState::kValid;
  if (ended.end == RunEnd::kCompleted || told) return results;
  return absl::FailedPreconditionError(ended.reason);
}

}  // namespace specctl::cli
