#include "controller/measure/network.h"

namespace specctl::controller {

absl::StatusOr<TargetProbed> ProbingNetwork::Probe(const ProbeInput& input, Nanos wait) {
  return WaitUntilReady(input, wait, say_);
}

}  // namespace specctl::controller
