// KubeForward: a local port that leads to a release's controller.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include <absl/status/statusor.h>

#include "common/base/child_process.h"
#include "tools/specctl/controller_wait.h"
#include "tools/specctl/kube_release.h"
#include "tools/specctl/temporary_folder.h"

namespace specctl::cli {

// `kubectl port-forward` in the background, started again on the same port whenever it ends: it
// does, when a connection through it is reset, when the pod goes, when the laptop sleeps.
class KubeForward {
 public:
  // Finds the release, takes the client's certificate out of its secret, and forwards a free port;
  // where the controller's pod does not run yet, again until `wait` is over.
  // UNAVAILABLE  its pod does not run
  // others       as of FindRelease() and kubectl, whose own words they have: no permission, say
  static absl::StatusOr<std::unique_ptr<KubeForward>> Start(const KubePlace& place,
                                                            ControllerWait& wait);
  ~KubeForward();

  std::string address() const;  // "127.0.0.1:41235"
  // Its ca.crt, tls.crt and tls.key; empty: the release speaks plain text.
  const std::string& tls_dir() const { return tls_dir_; }
  const KubeRelease& release() const { return release_; }
  // Sees to `agents` agents, at least.  FAILED_PRECONDITION: they can't be scaled.
  absl::Status ScaleAgents(uint32_t agents) const;
  // What `kubectl get pod NAME -o json` prints.  UNAVAILABLE: it can't be had; says why.
  absl::StatusOr<std::string> GetPod(const std::string& name) const;

 private:
  KubeForward(KubePlace place, KubeRelease release, TemporaryFolder folder)
      : place_(std::move(place)), release_(std::move(release)), folder_(std::move(folder)) {}

  absl::Status TakeCertificates();
  absl::StatusOr<ChildProcess> StartForward() const;
  absl::StatusOr<ChildProcess> StartFirst(ControllerWait& wait);
  absl::Status AwaitPort(ChildProcess& child, const ControllerWait& wait);
  void Supervise(ChildProcess child);

  const KubePlace place_;
  const KubeRelease release_;
  const TemporaryFolder folder_;
  std::string tls_dir_;
  uint16_t port_ = 0;
  std::atomic<bool> ending_{false};
  std::thread supervisor_;
};

}  // namespace specctl::cli
