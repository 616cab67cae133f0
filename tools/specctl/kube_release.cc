#include "tools/specctl/kube_release.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <boost/json.hpp>

#include "common/base/child_process.h"
#include "common/base/clock.h"
#include "tools/specctl/kube_json.h"

namespace specctl::cli {
namespace {

namespace json = boost::json;

constexpr Nanos kKubectlLook = std::chrono::milliseconds(20);

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What the command prints, by the files that it prints into.
absl::StatusOr<std::string> OutputOf(const std::vector<std::string>& words, const std::string& out,
                                     const std::string& err) {
  auto child = ChildProcess::Start({.words = words, .stdout_path = out, .stderr_path = err});
  if (!child.ok()) return child.status();
  std::optional<ProcessEnd> ended;
  while (!(ended = child->Ended())) std::this_thread::sleep_for(kKubectlLook);
  if (ended->ok()) return ReadText(out);
  return absl::UnavailableError(
      absl::StrFormat("kubectl %s: %s", absl::StrJoin(words.begin() + 1, words.end(), " "),
                      std::string(absl::StripAsciiWhitespace(ReadText(err)))));
}

}  // namespace

std::vector<std::string> KubePlace::Words() const {
  std::vector<std::string> words;
  if (!context.empty()) words.insert(words.end(), {"--context", context});
  if (!kube_namespace.empty()) words.insert(words.end(), {"--namespace", kube_namespace});
  return words;
}

std::string KubePlace::Text() const {
  std::string text =
      kube_namespace.empty() ? "the current namespace" : "namespace " + kube_namespace;
  if (!context.empty()) text += " of context " + context;
  return text;
}

absl::StatusOr<std::string> KubectlPath() {
  const char* path = std::getenv("PATH");
  for (const auto folder : absl::StrSplit(path == nullptr ? "" : path, ':')) {
    const std::string file = std::string(folder) + "/kubectl";
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return absl::NotFoundError(
      "--kube: there is no kubectl in $PATH: install it, or dial the controller with --controller "
      "HOST:PORT");
}

absl::StatusOr<std::string> RunKubectl(std::vector<std::string> words) {
  auto program = KubectlPath();
  if (!program.ok()) return program;
  words.insert(words.begin(), *std::move(program));
  std::string folder = std::filesystem::temp_directory_path() / "specctl-kubectl-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    return absl::InternalError(absl::StrFormat("%s: can't be created", folder));
  }
  // What it prints may be a secret: the folder is nobody else's, and gone at the end.
  const std::string out = folder + "/out", err = folder + "/err";
  const auto text = OutputOf(words, out, err);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return text;
}

absl::StatusOr<KubeRelease> FindRelease(const KubePlace& place, const Kubectl& kubectl) {
  std::vector<std::string> words = place.Words();
  std::string selector = "app.kubernetes.io/name=specctl,app.kubernetes.io/component=controller";
  if (!place.release.empty()) selector += ",app.kubernetes.io/instance=" + place.release;
  words.insert(words.end(), {"get", "services", "--selector", selector, "--output", "json"});
  const auto list = kubectl(std::move(words));
  if (!list.ok()) return list.status();
  return ParseRelease(*list, place);
}

absl::StatusOr<KubeRelease> ParseRelease(std::string_view text, const KubePlace& place) {
  boost::system::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  const json::object* list = error ? nullptr : root.if_object();
  const json::value* items = list == nullptr ? nullptr : list->if_contains("items");
  if (items == nullptr || !items->is_array()) {
    return absl::InvalidArgumentError("--kube: kubectl did not print a list of services");
  }
  std::vector<KubeRelease> found;
  for (const json::value& item : items->get_array()) {
    found.push_back(
        {.release = TextAt(item, {"metadata", "labels", "app.kubernetes.io/instance"}),
         .service = TextAt(item, {"metadata", "name"}),
         .version = TextAt(item, {"metadata", "labels", "app.kubernetes.io/version"}),
         .plaintext = TextAt(item, {"metadata", "annotations", "specctl/transport"}) == "plaintext",
         .client_tls_secret =
             TextAt(item, {"metadata", "annotations", "specctl/client-tls-secret"}),
         .agents = TextAt(item, {"metadata", "annotations", "specctl/agents"})});
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    const std::string named = place.release.empty() ? "" : " named " + place.release;
    return absl::NotFoundError(
        absl::StrFormat("--kube: no release of specctl%s is in %s; look with helm list "
                        "--all-namespaces, or install "
                        "one: helm install load deploy/helm/specctl --namespace NS",
                        named, place.Text()));
  }
  std::vector<std::string> names;
  for (const KubeRelease& each : found) names.push_back(each.release);
  return absl::InvalidArgumentError(
      absl::StrFormat("--kube: %s has %d releases of specctl: say which with --release: %s",
                      place.Text(), found.size(), absl::StrJoin(names, ", ")));
}

bool IsOfPodThatDoesNotRun(std::string_view said) {
  // The second: none was there, or none became ready, in the minute that kubectl waits.
  return said.find("pod is not running") != std::string_view::npos ||
         said.find("timed out waiting for the condition") != std::string_view::npos;
}

absl::StatusOr<std::vector<SecretFile>> ParseSecret(std::string_view text) {
  boost::system::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  const json::object* secret = error ? nullptr : root.if_object();
  const json::value* data = secret == nullptr ? nullptr : secret->if_contains("data");
  if (data == nullptr || !data->is_object()) {
    return absl::InvalidArgumentError("--kube: the release's client secret has no data");
  }
  std::vector<SecretFile> files;
  for (const auto& [name, value] : data->get_object()) {
    SecretFile& file = files.emplace_back();
    file.name = std::string(name);
    if (!value.is_string() ||
        !absl::Base64Unescape(std::string(value.get_string()), &file.content)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("--kube: %s of the release's client secret is not base64", file.name));
    }
  }
  return files;
}

}  // namespace specctl::cli
