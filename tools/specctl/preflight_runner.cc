#include "tools/specctl/preflight_runner.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

namespace specctl::cli {
namespace {

constexpr Nanos kPollInterval = std::chrono::milliseconds(5);
constexpr Nanos kServerPatience = std::chrono::seconds(10);
constexpr Nanos kRunPatience = std::chrono::seconds(90);  // beyond the times that it was given
constexpr Nanos kReplyMax = std::chrono::seconds(2);
constexpr int64_t kReplyChunksMin = 2;

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

std::string MillisText(Nanos time) {
  return absl::StrFormat("%dms", std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

// A command of this program, in a process that dies with this one.
std::vector<std::string> OwnCommand(std::vector<std::string> words) {
  words.insert(words.begin(), {"/proc/self/exe", "--parent-pid", std::to_string(::getpid())});
  return words;
}

// Polls until `done`.  CANCELLED, DEADLINE_EXCEEDED
absl::Status Await(const std::function<bool()>& done, const std::function<bool()>& interrupted,
                   Nanos patience) {
  const MonoTime deadline = MonoNow() + patience;
  while (!done()) {
    if (interrupted()) return absl::CancelledError("interrupted");
    if (MonoNow() > deadline) return absl::DeadlineExceededError("did not end");
    std::this_thread::sleep_for(kPollInterval);
  }
  return absl::OkStatus();
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
  if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
  std::string name =
      (std::filesystem::temp_directory_path(error) / "specctl-preflight-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    return absl::UnavailableError(
        absl::StrFormat("can't make the folder %s: %s", name,
                        error ? error.message() : std::string(std::strerror(errno))));
  }
  folder_ = name;
  return absl::OkStatus();
}

absl::StatusOr<JudgedStep> PreflightRunner::Run(const StepLoad& load) {
  if (auto made = MakeFolder(); !made.ok()) return made;
  std::vector<ChildProcess> servers;
  auto urls = StartNullServers(load, servers);
  if (!urls.ok()) return urls.status();
  auto figures = RunAgainst(*urls, load);
  if (!figures.ok()) return figures.status();
  auto reports = EndNullServers(servers);
  if (!reports.ok()) return reports.status();
  return JudgeStep(load, *std::move(figures), *std::move(reports));
}

absl::StatusOr<std::string> PreflightRunner::StartNullServers(const StepLoad& load,
                                                              std::vector<ChildProcess>& servers) {
  for (uint32_t i = 0; i < load.agents; ++i) {
    auto server = ChildProcess::Start(
        {.words = OwnCommand({"sim", "--port", "0", "--port-file", File("url", i), "--pace",
                              absl::StrFormat("%.6f", load.chunks_per_s), "--pace-first-ms", "1"}),
         .stdout_path = File("server.out", i),
         .stderr_path = File("server.err", i)});
    if (!server.ok()) return server.status();
    servers.push_back(*std::move(server));
  }
  std::vector<std::string> urls;
  for (uint32_t i = 0; i < load.agents; ++i) {
    const auto listens = [&] {
      return servers[i].Ended() || ReadFile(File("url", i)).ends_with('\n');
    };
    if (auto up = Await(listens, options_.interrupted, kServerPatience); !up.ok()) return up;
    if (servers[i].Ended()) {
      return absl::UnavailableError("the null server: " +
                                    LastLine(ReadFile(File("server.err", i))));
    }
    urls.push_back(LastLine(ReadFile(File("url", i))));
  }
  return absl::StrJoin(urls, ",");
}

absl::StatusOr<std::vector<sim::PaceSummary>> PreflightRunner::EndNullServers(
    std::vector<ChildProcess>& servers) {
  for (ChildProcess& server : servers) server.Signal(SIGTERM);
  std::vector<sim::PaceSummary> reports;
  for (size_t i = 0; i < servers.size(); ++i) {
    const auto ended = [&] { return servers[i].Ended().has_value(); };
    if (auto down = Await(ended, options_.interrupted, kServerPatience); !down.ok()) return down;
    const auto report = sim::ParsePaceReport(ReadFile(File("server.out", i)));
    if (!report) return absl::UnavailableError("the null server ended without its report");
    reports.push_back(*report);
  }
  return reports;
}

absl::StatusOr<StepFigures> PreflightRunner::RunAgainst(const std::string& urls,
                                                        const StepLoad& load) {
  const Nanos reply = std::min(kReplyMax, options_.duration / 3);
  const int64_t chunks = std::max(
      kReplyChunksMin, static_cast<int64_t>(std::llround(load.chunks_per_s * Seconds(reply))));
  // Shared in turn, as many targets as agents are a target for each agent.
  auto run = ChildProcess::Start({.words = OwnCommand({"run",
                                                       "--url",
                                                       urls,
                                                       "--url-policy",
                                                       "round_robin",
                                                       "--agents",
                                                       std::to_string(load.agents),
                                                       "--bs",
                                                       std::to_string(load.streams),
                                                       "--dataset",
                                                       "builtin",
                                                       "--osl",
                                                       std::to_string(chunks),
                                                       "--ignore-eos",
                                                       "--ramp",
                                                       MillisText(reply),
                                                       "--duration",
                                                       MillisText(options_.duration),
                                                       "--format",
                                                       "json",
                                                       "--output-dir",
                                                       File("run")}),
                                  .stdout_path = File("run.out"),
                                  .stderr_path = File("run.err")});
  if (!run.ok()) return run.status();
  const auto ended = [&] { return run->Ended().has_value(); };
  const Nanos patience = options_.duration + kRunPatience;
  if (auto done = Await(ended, options_.interrupted, patience); !done.ok()) return done;
  auto figures = ReadStepFigures(ReadFile(File("run.out")));
  // A run that ended badly may have a summary all the same, with a verdict that says so.
  if (run->Ended()->ok() || (figures.ok() && figures->verdict != "valid")) return figures;
  return absl::FailedPreconditionError(LastLine(ReadFile(File("run.err"))));
}

}  // namespace specctl::cli
