#include "tools/specctl/connection_flags.h"

#include <cstdlib>
#include <utility>

#include <absl/strings/str_format.h>
#include <grpcpp/grpcpp.h>

#include "common/base/clock.h"
#include "common/base/shell_quote.h"
#include "common/security/grpc_credentials.h"
#include "common/security/plaintext_policy.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

std::string EnvironmentOr(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

absl::StatusOr<Connection> ConnectKube(const ConnectionFlags& flags, std::optional<uint32_t> agents,
                                       ControllerWait& wait) {
  if (!flags.controller.empty()) {
    return BadFlag("--kube", "can't be combined with --controller: both say which one to use");
  }
  auto forward = KubeForward::Start({.context = flags.kube_context,
                                     .kube_namespace = flags.kube_namespace,
                                     .release = flags.release},
                                    wait);
  if (!forward.ok()) return forward.status();
  if (const std::string& version = (*forward)->release().version;
      !version.empty() && version != kVersion) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "--kube: release %s is specctl %s, and this is specctl %s: upgrade one of them",
        (*forward)->release().release, version, kVersion));
  }
  if (flags.scale) {
    const absl::Status scaled = (*forward)->ScaleAgents(agents.value_or(1));
    if (!scaled.ok()) return scaled;
  }
  // A loopback address: plain text needs no flag.
  const ConnectionFlags there{
      .controller = (*forward)->address(), .tls_dir = (*forward)->tls_dir(), .forwarded = true};
  auto connection = Connect(there);
  if (!connection.ok()) return connection;
  connection->forward = *std::move(forward);
  connection->words = ConnectionWords(flags);
  return connection;
}

}  // namespace

void AddConnectionFlags(CLI::App& app, ConnectionFlags& flags, const std::string& group,
                        bool from_environment) {
  auto* controller = app.add_option(
      "--controller", flags.controller,
      from_environment ? "HOST:PORT of the controller [$SPECCTL_CONTROLLER]"
                       : "HOST:PORT of a controller whose attached agents make the run");
  auto* tls = app.add_option("--tls-dir", flags.tls_dir,
                             "Folder with ca.crt, tls.crt and tls.key (specctl certs init) "
                             "[$SPECCTL_TLS_DIR]");
  auto* plaintext = app.add_flag("--plaintext", flags.plaintext,
                                 "Speak to a controller on another machine without TLS");
  auto* kube =
      app.add_option_function<std::vector<std::string>>(
             "--kube",
             [&flags](const std::vector<std::string>& context) {
               flags.kube = true;
               if (!context.empty()) flags.kube_context = context.front();
             },
             "The controller of a release in Kubernetes; a value is the context of kubectl")
          ->expected(0, 1);
  auto* where =
      app.add_option("--namespace", flags.kube_namespace, "Of --kube: its namespace")->needs(kube);
  auto* release =
      app.add_option("--release", flags.release, "Of --kube: its name, where there are several")
          ->needs(kube);
  for (CLI::Option* option : {controller, tls, plaintext, kube, where, release}) {
    option->group(group);
  }
  flags.from_environment = from_environment;
}

std::string ConnectionWords(const ConnectionFlags& flags) {
  std::string words = flags.kube ? "--kube" : "--controller " + ShellQuoted(flags.controller);
  if (!flags.kube_context.empty()) words += " " + ShellQuoted(flags.kube_context);
  const auto add = [&words](std::string_view flag, const std::string& value) {
    if (!value.empty()) absl::StrAppendFormat(&words, " %s %s", flag, ShellQuoted(value));
  };
  add("--namespace", flags.kube_namespace);
  add("--release", flags.release);
  add("--tls-dir", flags.tls_dir);
  if (flags.plaintext) words += " --plaintext";
  return words;
}

std::string Connection::AttachCommand(std::string_view id) const {
  return absl::StrFormat("specctl attach %s %s", id, words);
}

absl::StatusOr<Connection> ConnectToSubmit(const ConnectionFlags& flags,
                                           std::optional<uint32_t> agents, ControllerWait& wait) {
  return flags.kube ? ConnectKube(flags, agents, wait) : Connect(flags);
}

absl::StatusOr<Connection> Connect(const ConnectionFlags& given) {
  if (given.kube) {
    ControllerWait none;
    return ConnectKube(given, std::nullopt, none);
  }
  // What was said on the command line is not mixed with what the environment has.
  ConnectionFlags flags = given;
  if (flags.controller.empty() && flags.from_environment) {
    flags.controller = EnvironmentOr("SPECCTL_CONTROLLER", "");
  }
  if (flags.tls_dir.empty() && !flags.plaintext && !flags.forwarded) {
    flags.tls_dir = EnvironmentOr("SPECCTL_TLS_DIR", "");
  }
  if (flags.controller.empty()) {
    return BadFlag("--controller",
                   "need HOST:PORT of a controller, here or in $SPECCTL_CONTROLLER");
  }
  // gRPC's own log lines are no use to users.  Before the credentials, which begin gRPC.
  ::setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  const bool has_tls = !flags.tls_dir.empty();
  const absl::Status allowed = CheckPlaintext(
      {.address = flags.controller, .has_tls = has_tls, .plaintext = flags.plaintext});
  if (!allowed.ok()) return allowed;
  auto credentials = grpc::InsecureChannelCredentials();
  if (has_tls) {
    auto tls = MakeChannelTls({.folder = flags.tls_dir, .now = UnixNow()}, PeerRole::kClient);
    if (!tls.ok()) return tls.status();
    for (const std::string& warning : tls->warnings) Say("note: " + warning);
    credentials = tls->credentials;
  }
  return Connection{.client = std::make_unique<controller::ControlClient>(flags.controller,
                                                                          std::move(credentials)),
                    .words = ConnectionWords(flags)};
}

}  // namespace specctl::cli
