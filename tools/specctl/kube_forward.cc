#include "tools/specctl/kube_forward.h"

#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_format.h>
#include <boost/json.hpp>

#include "common/base/clock.h"
#include "common/report/output_file.h"

namespace specctl::cli {
namespace {

constexpr Nanos kForwardLook = std::chrono::milliseconds(20);
constexpr Nanos kForwardPatience = std::chrono::seconds(30);
constexpr Nanos kForwardAgainAfter = std::chrono::milliseconds(500);
constexpr std::string_view kControllerPort = "7070";

std::string ReadFileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Of "Forwarding from 127.0.0.1:41235 -> 7070".
std::optional<uint16_t> PortIn(std::string_view text) {
  constexpr std::string_view kBefore = "Forwarding from 127.0.0.1:";
  const size_t at = text.find(kBefore);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + kBefore.size());
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  return error == std::errc() && end != rest.data() + rest.size() ? std::optional(port)
                                                                  : std::nullopt;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KubeForward>> KubeForward::Start(const KubePlace& place,
                                                                ControllerWait& wait) {
  auto release = FindRelease(place, RunKubectl);
  if (!release.ok()) return release.status();
  auto folder = TemporaryFolder::Make("specctl-kube");
  if (!folder.ok()) return folder.status();
  std::unique_ptr<KubeForward> forward(
      new KubeForward(place, *std::move(release), *std::move(folder)));
  if (auto taken = forward->TakeCertificates(); !taken.ok()) return taken;
  auto child = forward->StartFirst(wait);
  if (!child.ok()) return child.status();
  forward->supervisor_ = std::thread([self = forward.get(), child = *std::move(child)]() mutable {
    self->Supervise(std::move(child));
  });
  return forward;
}

KubeForward::~KubeForward() {
  ending_ = true;
  if (supervisor_.joinable()) supervisor_.join();
}

std::string KubeForward::address() const { return absl::StrFormat("127.0.0.1:%d", port_); }

absl::Status KubeForward::TakeCertificates() {
  if (release_.plaintext) return absl::OkStatus();
  if (release_.client_tls_secret.empty()) {
    return absl::NotFoundError(absl::StrFormat(
        "--kube: service %s names no secret with a client's certificate", release_.service));
  }
  std::vector<std::string> words = place_.Words();
  words.insert(words.end(), {"get", "secret", release_.client_tls_secret, "--output", "json"});
  const auto secret = RunKubectl(std::move(words));
  if (!secret.ok()) return secret.status();
  auto files = ParseSecret(*secret);
  if (!files.ok()) return files.status();
  const mode_t before = ::umask(0077);
  absl::Status written;
  for (const SecretFile& file : *files) {
    const bool known = file.name == "ca.crt" || file.name == "tls.crt" || file.name == "tls.key";
    if (known && written.ok()) written = WriteFile(folder_.path() + "/" + file.name, file.content);
  }
  ::umask(before);
  tls_dir_ = folder_.path();
  return written;
}

absl::StatusOr<ChildProcess> KubeForward::StartForward() const {
  const std::string ports =
      absl::StrFormat("%s:%s", port_ == 0 ? "" : absl::StrFormat("%d", port_), kControllerPort);
  std::vector<std::string> words = place_.Words();
  words.insert(words.end(),
               {"port-forward", "service/" + release_.service, ports, "--address", "127.0.0.1"});
  auto program = KubectlPath();
  if (!program.ok()) return program.status();
  words.insert(words.begin(), *std::move(program));
  return ChildProcess::Start({.words = std::move(words),
                              .stdout_path = folder_.path() + "/forward.out",
                              .stderr_path = folder_.path() + "/forward.err"});
}

absl::StatusOr<ChildProcess> KubeForward::StartFirst(ControllerWait& wait) {
  for (;;) {
    auto child = StartForward();
    if (!child.ok()) return child;
    const absl::Status there = AwaitPort(*child, wait);
    if (there.ok()) return child;
    if (!wait.TriesAgain(there, release_.service)) return there;
    std::this_thread::sleep_for(kForwardAgainAfter);
  }
}

absl::Status KubeForward::AwaitPort(ChildProcess& child, const ControllerWait& wait) {
  const MonoTime give_up = MonoNow() + kForwardPatience;
  for (;;) {
    if (const auto port = PortIn(ReadFileText(folder_.path() + "/forward.out"))) {
      port_ = *port;
      return absl::OkStatus();
    }
    const bool ended = child.Ended().has_value();
    if (ended || wait.interrupted() || MonoNow() >= give_up) {
      const std::string said(
          absl::StripAsciiWhitespace(ReadFileText(folder_.path() + "/forward.err")));
      const std::string text =
          absl::StrFormat("--kube: kubectl port-forward to service %s %s: %s", release_.service,
                          ended ? "failed" : "is not ready", said);
      const bool may_come = !ended || IsOfPodThatDoesNotRun(said);
      return may_come ? absl::UnavailableError(text) : absl::FailedPreconditionError(text);
    }
    std::this_thread::sleep_for(kForwardLook);
  }
}

void KubeForward::Supervise(ChildProcess child) {
  std::optional<ChildProcess> forward(std::move(child));
  MonoTime again_at{};
  while (!ending_) {
    std::this_thread::sleep_for(kForwardLook);
    if (forward && forward->Ended()) {
      forward.reset();
      again_at = MonoNow() + kForwardAgainAfter;
    }
    if (forward || MonoNow() < again_at) continue;
    // Where it can't be started, or ends at once, it is tried again: the client tells of the
    // outage.
    again_at = MonoNow() + kForwardAgainAfter;
    if (auto started = StartForward(); started.ok()) forward = *std::move(started);
  }
}

absl::StatusOr<std::string> KubeForward::GetPod(const std::string& name) const {
  std::vector<std::string> words = place_.Words();
  // The run is over: nobody waits long for what is said of it.
  words.insert(words.end(), {"get", "pod", name, "--output", "json", "--request-timeout=10s"});
  return RunKubectl(std::move(words));
}

absl::Status KubeForward::ScaleAgents(uint32_t agents) const {
  if (release_.agents.empty()) {
    return absl::FailedPreconditionError(
        "--scale: the release's agents can't be scaled: is it a DaemonSet, or of another version?");
  }
  std::vector<std::string> words = place_.Words();
  words.insert(words.end(), {"get", release_.agents, "--output", "jsonpath={.spec.replicas}"});
  const auto now = RunKubectl(std::move(words));
  if (!now.ok()) return now.status();
  uint32_t replicas = 0;
  if (absl::SimpleAtoi(*now, &replicas) && replicas >= agents) return absl::OkStatus();
  words = place_.Words();
  words.insert(words.end(), {"scale", release_.agents, absl::StrFormat("--replicas=%d", agents)});
  return RunKubectl(std::move(words)).status();
}

}  // namespace specctl::cli
