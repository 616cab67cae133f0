#include "controller/measure/network.h"

#include "common/engine/engine_profile.h"
#include "common/workload/null_target.h"
#include "controller/probe/cache_flush.h"
#include "controller/probe/null_target_facts.h"
#include "controller/scrape/metrics_reply.h"

namespace specctl::controller {
namespace {

// It was found a moment ago.
constexpr Nanos kLookUpPatience = std::chrono::seconds(2);

}  // namespace

absl::StatusOr<TargetProbed> ProbingNetwork::Probe(const ProbeInput& input, Nanos wait) {
  if (IsNullTarget(input.url)) return NullTargetFacts(input);
  return WaitUntilReady(input, wait, say_, [this] { return stop_.requests() > 0; });
}

absl::Status ProbingNetwork::FlushCache(const ProbeInput& input, std::string_view engine) {
  if (IsNullTarget(input.url)) return absl::OkStatus();  // they keep nothing
  return FlushPrefixCache(input, ProfileNamed(engine));
}

absl::StatusOr<std::string> ProbingNetwork::Metrics(const MetricsTarget& target,
                                                    const FetchOptions& options) {
  auto reply = FetchMetrics(target, options);
  if (!reply.ok()) return reply.status();
  const absl::Status read = CheckMetricsReply(*reply);
  if (!read.ok()) return read;
  return std::move(reply->body);
}

NameLookup::Addresses ProbingNetwork::AddressesOf(const std::string& host) {
  return NameLookup::System().Find(host, MonoNow() + kLookUpPatience);
}

}  // namespace specctl::controller
