#include "controller/measure/network.h"

#include "common/engine/engine_profile.h"
#include "controller/probe/cache_flush.h"

namespace specctl::controller {

absl::StatusOr<TargetProbed> ProbingNetwork::Probe(const ProbeInput& input, Nanos wait) {
  return WaitUntilReady(input, wait, say_);
}

absl::Status ProbingNetwork::FlushCache(const ProbeInput& input, std::string_view engine) {
  return FlushPrefixCache(input, ProfileNamed(engine));
}

}  // namespace specctl::controller
