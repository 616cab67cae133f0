#include "tools/specctl/agent_command.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <absl/strings/str_format.h>

#include "agent/session/agent_process.h"
#include "common/security/grpc_credentials.h"
#include "common/security/plaintext_policy.h"
#include "tools/specctl/agent_herd.h"
#include "tools/specctl/daemon_log.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/http_face.h"
#include "tools/specctl/memory_mark.h"
#include "tools/specctl/version.h"

namespace specctl::cli {

namespace {

constexpr std::string_view kWhoServesRuns = "specctl agent";
constexpr uint32_t kAgentsMax = 1'024;

// Not AgentOptions, whose credentials begin gRPC and its threads: those would be in every command's
// process, and have signals of their own.
struct AgentFlags {
  std::string controller_address, join_token, name, tls_dir, http, predecessor_end;
  std::string spool_dir = "/tmp", log_format = "text";
  bool plaintext = false;
  uint32_t count = 1;
  int parent_fd = -1;
};

void Tell(const AgentFlags& flags, const std::string& text) {
  TellDaemonsUser(kWhoServesRuns, text, flags.log_format);
}

int Refuse(const AgentFlags& flags, const absl::Status& why) {
  Tell(flags, std::string(why.message()));
  return kBadInput;
}

std::string HostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const AgentFlags& flags) {
  const bool has_tls = !flags.tls_dir.empty();
  const absl::Status allowed = CheckPlaintext(
      {.address = flags.controller_address, .has_tls = has_tls, .plaintext = flags.plaintext});
  if (!allowed.ok()) return allowed;
  if (!has_tls) return grpc::InsecureChannelCredentials();
  auto tls = MakeChannelTls({.folder = flags.tls_dir, .now = UnixNow()}, PeerRole::kAgent);
  if (!tls.ok()) return tls.status();
  for (const std::string& warning : tls->warnings) Tell(flags, "note: " + warning);
  return tls->credentials;
}

// Of the agent's session, between the thread that tells and the one that is asked.
struct SharedStatus {
  std::atomic<bool> connected{false}, in_run{false};
  std::atomic<uint64_t> spool_bytes{0};
};

std::string AgentMetrics(const SharedStatus& status) {
  return absl::StrFormat(
      "# HELP specctl_build_info 1; the version is in its label.\n"
      "# TYPE specctl_build_info gauge\n"
      "specctl_build_info{version=\"%s\"} 1\n"
      "# HELP specctl_agent_connected 1 while the controller is reached.\n"
      "# TYPE specctl_agent_connected gauge\n"
      "specctl_agent_connected %d\n"
      "# HELP specctl_agent_in_run 1 while it takes part in a run.\n"
      "# TYPE specctl_agent_in_run gauge\n"
      "specctl_agent_in_run %d\n"
      "# HELP specctl_agent_spool_bytes What waits on disk for the controller.\n"
      "# TYPE specctl_agent_spool_bytes gauge\n"
      "specctl_agent_spool_bytes %d\n",
      kVersion, status.connected.load(), status.in_run.load(), status.spool_bytes.load());
}

HttpAnswer AgentAnswer(std::string_view target, const SharedStatus& status) {
  // It is ready when its process is: one that waits for its controller is as it should be.
  if (target == "/livez" || target == "/readyz") return {.body = "ok\n"};
  if (target != "/metrics") return {.status = 404, .body = "/livez, /readyz or /metrics\n"};
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = AgentMetrics(status)};
}

// An agent that joins a controller by itself.
int RunAttached(const AgentFlags& flags) {
  BeginDaemonLog(flags.log_format);
  auto credentials = MakeCredentials(flags);
  if (!credentials.ok()) return Refuse(flags, credentials.status());
  const auto status = std::make_shared<SharedStatus>();
  std::unique_ptr<HttpFace> http;
  if (!flags.http.empty()) {
    auto started = HttpFace::Start(
        flags.http, [status](std::string_view target) { return AgentAnswer(target, *status); });
    if (!started.ok()) return Refuse(flags, started.status());
    http = *std::move(started);
  }
  agent::AgentOptions options;
  options.specctl_version = kVersion;
  options.controller_address = flags.controller_address;
  options.join_token = flags.join_token;
  options.name = flags.name.empty() ? HostName() : flags.name;
  const MemoryMark mark({.folder = flags.spool_dir, .name = options.name});
  options.predecessor_end =
      flags.predecessor_end.empty() ? mark.predecessor_end() : flags.predecessor_end;
  options.spool_dir = flags.spool_dir;
  options.credentials = *std::move(credentials);
  options.on_complaint = [&flags](const std::string& text) { Tell(flags, text); };
  options.on_status = [status](const agent::SessionStatus& now) {
    status->connected = now.connected;
    status->in_run = now.in_run;
    status->spool_bytes = now.spool_bytes;
  };
  return agent::RunAgent(options);
}

int RunSpawned(int parent_fd) {
  agent::AgentOptions options;
  options.specctl_version = kVersion;
  options.parent_fd = parent_fd;
  return agent::RunAgent(options);
}

// Each is a process of its own, with a name of its own.
int RunHerd(const AgentFlags& flags) {
  BeginDaemonLog(flags.log_format);
  if (!flags.http.empty()) {
    return Refuse(flags, absl::InvalidArgumentError("--http: can't be combined with --count: the "
                                                    "agents would share the port"));
  }
  const std::string base = flags.name.empty() ? HostName() : flags.name;
  std::vector<HerdMember> members;
  for (uint32_t i = 0; i < flags.count; ++i) {
    const std::string name = absl::StrFormat("%s/%d", base, i);
    HerdMember member{.name = name, .words = {"agent", "--controller", flags.controller_address}};
    const auto add = [&member](std::string_view flag, const std::string& value) {
      if (value.empty()) return;
      member.words.emplace_back(flag);
      member.words.push_back(value);
    };
    add("--name", name);
    add("--tls-dir", flags.tls_dir);
    add("--spool-dir", flags.spool_dir);
    add("--log-format", flags.log_format);
    if (flags.plaintext) member.words.emplace_back("--plaintext");
    members.push_back(std::move(member));
  }
  // By the environment, which is in no list of processes.
  if (!flags.join_token.empty()) {
    ::setenv("SPECCTL_JOIN_TOKEN", flags.join_token.c_str(), /*overwrite=*/1);
  }
  return RunAgentHerd(std::move(members), [&flags](const std::string& text) { Tell(flags, text); });
}

int RunAgentOf(const AgentFlags& flags) {
  // gRPC's own log lines are no use to users: what fails is said by this program.  Before the
  // options, whose credentials begin gRPC: it looks at this once.
  ::setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  if (flags.parent_fd >= 0) return RunSpawned(flags.parent_fd);
  return flags.count > 1 ? RunHerd(flags) : RunAttached(flags);
}

}  // namespace

void AddAgentCommand(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("agent", "Attach to a controller and take part in its runs");
  const auto flags = std::make_shared<AgentFlags>();
  auto* controller = command->add_option("--controller", flags->controller_address,
                                         "HOST:PORT of the controller, or dns:///HOST:PORT");
  command->add_option("--count", flags->count, "Agent processes to run [1]")
      ->check(CLI::Range(1u, kAgentsMax));
  command->add_option("--name", flags->name,
                      "Name of this agent: of two with one name the later one stays [host name]");
  command->add_option("--spool-dir", flags->spool_dir,
                      "Folder for measurements while the controller is away [/tmp]");
  command->add_option("--http", flags->http,
                      "ADDRESS:PORT for /livez, /readyz and /metrics [none]");
  command
      ->add_option("--tls-dir", flags->tls_dir,
                   "Folder with ca.crt, tls.crt and tls.key (specctl certs init)")
      ->envname("SPECCTL_TLS_DIR");
  command->add_flag("--plaintext", flags->plaintext,
                    "Speak to a controller on another machine without TLS");
  AddLogFormat(*command, flags->log_format);
  command
      ->add_option("--join-token", flags->join_token,
                   "Token that the controller requires of agents")
      ->envname("SPECCTL_JOIN_TOKEN");
  auto* spawned =
      command->add_option("--spawned-fd", flags->parent_fd,
                          "For agents that specctl starts: the pipe from the parent process");
  spawned->group("");
  command
      ->add_option("--predecessor-end", flags->predecessor_end,
                   "For agents of --count: how the process before it ended")
      ->group("");
  command->callback([flags, controller, spawned, &exit_status] {
    if (controller->count() + spawned->count() == 0) {
      throw CLI::RequiredError("--controller HOST:PORT");
    }
    // Not CLI11's excludes(): --help would name a flag that it hides.
    if (controller->count() > 0 && spawned->count() > 0) {
      throw CLI::ExcludesError("--spawned-fd", "--controller");
    }
    exit_status = RunAgentOf(*flags);
  });
}

}  // namespace specctl::cli
