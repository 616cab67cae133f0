// A release of the chart in a Kubernetes namespace, as kubectl tells of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl::cli {

// Where to look.
struct KubePlace {
  std::string context;         // empty: the current one
  std::string kube_namespace;  // empty: the context's
  std::string release;         // empty: the only one there

  // The words of kubectl that say so.
  std::vector<std::string> Words() const;
  std::string Text() const;  // "namespace llm of context prod"
};

struct KubeRelease {
  std::string release, service, version;
  bool plaintext = false;
  std::string client_tls_secret;  // empty: none is named
  std::string agents;             // "statefulset/load-specctl-agent"; empty: not to be scaled
};

// Runs kubectl with these words; what it prints, or an error with what it says.
using Kubectl = std::function<absl::StatusOr<std::string>(std::vector<std::string> words)>;

// Its path, by $PATH.  NOT_FOUND: there is none.
absl::StatusOr<std::string> KubectlPath();
// The real one.
// NOT_FOUND     there is no kubectl
// UNAVAILABLE   it ended with an error, whose text is its own
absl::StatusOr<std::string> RunKubectl(std::vector<std::string> words);

// NOT_FOUND         no release is there; says where was looked, and what to run
// INVALID_ARGUMENT  there are several; names them.  Else as `kubectl`.
absl::StatusOr<KubeRelease> FindRelease(const KubePlace& place, const Kubectl& kubectl);

// The service's list, as `kubectl get services -o json` prints it.  Errors as above.
absl::StatusOr<KubeRelease> ParseRelease(std::string_view json, const KubePlace& place);

// Whether `kubectl port-forward` ended with these words because no pod of the service runs: there
// may be one soon.
bool IsOfPodThatDoesNotRun(std::string_view said);

// A secret's files, decoded, of `kubectl get secret -o json`.
// INVALID_ARGUMENT  it can't be read as one
struct SecretFile {
  std::string name, content;
};
absl::StatusOr<std::vector<SecretFile>> ParseSecret(std::string_view json);

}  // namespace specctl::cli
