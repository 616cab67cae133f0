// The flags that say which controller a command speaks to, and how.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <CLI/CLI.hpp>

#include "controller/api/control_client.h"
#include "tools/specctl/controller_wait.h"
#include "tools/specctl/kube_forward.h"

namespace specctl::cli {

struct ConnectionFlags {
  std::string controller;  // host:port or dns:///host:port; empty: none
  std::string tls_dir;     // empty: none
  bool plaintext = false;
  // --kube: a release in a cluster, instead of `controller`.
  bool kube = false;
  std::string kube_context, kube_namespace, release;
  bool scale = false;
  bool from_environment = false;  // $SPECCTL_CONTROLLER is looked at
  bool forwarded = false;         // of --kube: its TLS material is settled

  bool is_remote() const { return kube || !controller.empty(); }
};

// The flags as they are typed: "--controller HOST:PORT", "--kube prod --namespace llm".
std::string ConnectionWords(const ConnectionFlags& flags);

// A controller that can be asked; the forward, where there is one, goes after the client.
struct Connection {
  std::unique_ptr<KubeForward> forward;
  std::unique_ptr<controller::ControlClient> client;
  std::string
      words;  // ConnectionWords() that lead to it from anywhere: a forward's port goes with it

  // "specctl attach ID --kube --namespace llm"
  std::string AttachCommand(std::string_view id) const;
};

// Defines --controller ($SPECCTL_CONTROLLER where `from_environment`), --kube and what belongs to
// them on `app`, in that group of its help.
void AddConnectionFlags(CLI::App& app, ConnectionFlags& flags, const std::string& group,
                        bool from_environment);

// Dials no controller yet.
// INVALID_ARGUMENT  no controller is named, or two; plain text to another machine without
//                   --plaintext; the text names the flag
// others            as KubeForward
absl::StatusOr<Connection> Connect(const ConnectionFlags& flags);
// The same for who submits: with --kube, the controller's pod is waited for, and `agents` of them
// are seen to first, where --scale asks for that.
absl::StatusOr<Connection> ConnectToSubmit(const ConnectionFlags& flags,
                                           std::optional<uint32_t> agents, ControllerWait& wait);

}  // namespace specctl::cli
