#include <limits>

#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

using Request = RequestFlags::Request;

constexpr uint64_t kBsMax = 1'000'000;  // of --agents, too
// Turns of all repeats of a dataset still fit their counters.
constexpr uint64_t kRequestsMax = 1'000'000'000'000;

// Of --requests, --conversations and --duration, one that is given replaces all of --like.
void AddLimits(RequestFlags& flags) {
  const auto requests = flags.NumberForStep(
      {"--requests,--request-count", "Send this many requests (turns)", "Common"}, 1, kRequestsMax);
  const auto conversations = flags.NumberForStep(
      {"--conversations,--num-conversations", "Send this many conversations", "Load"}, 1,
      kRequestsMax);
  const auto duration = flags.TextForStep(
      {"--duration,--benchmark-duration",
       "Start no new turn after this time, counted from the end of ramp and warm-up", "Common"});
  flags.Then([=](const Surroundings&, Request& request) -> absl::Status {
    LoadSpec& load = request.spec.load;
    if (*requests && *conversations) {
      return BadFlag("--requests", "can't be combined with --conversations");
    }
    if (!*requests && !*conversations && !*duration) return absl::OkStatus();
    // All three are set, so that a limit of --like does not stay beside the new one.
    load.requests_max = *requests;
    load.conversations_max = *conversations;
    load.duration.reset();
    if (!*duration) return absl::OkStatus();
    // Emplaced first: the text is read into it.
    return TakeTimeout("--duration", *duration, load.duration.emplace(0));
  });
}

absl::Status TakeFailedShare(Request& request, const std::string& text) {
  const auto share = ParseShare("--max-failed", text);
  if (share.ok()) request.spec.load.failed_share_max = *share;
  return share.status();
}

}  // namespace

void AddLoadFlags(RequestFlags& flags) {
  flags.Number({"--bs,--concurrency", "Concurrency: conversations in flight across all agents [1]",
                "Common"},
               1, kBsMax, [](Request& request, uint64_t bs) {
                 request.spec.load.bs = static_cast<uint32_t>(bs);
                 request.agents.reset();  // of --like
               });
  flags.Number({"--agents", "Agent processes [one per 256 of --bs, at most one per core]", "Load"},
               1, kBsMax, [](Request& request, uint64_t agents) {
                 request.agents = static_cast<uint32_t>(agents);
               });
  AddLimits(flags);
  flags.Time({"--ramp", "Fill the slots evenly over this time [0]", "Load"},
             [](Request& request) -> Nanos& { return request.spec.load.ramp; });
  flags.Time({"--warmup", "Time at full load before the hold begins [0]", "Load"},
             [](Request& request) -> Nanos& { return request.spec.load.warmup; });
  flags.Time({"--grace,--benchmark-grace-period",
              "Time that requests in flight at the limit have to finish [30s]", "Expert"},
             [](Request& request) -> Nanos& { return request.spec.load.grace; });
  flags.Text(
      {"--max-failed", "End the run when more than this share of requests fails [10%]", "Expert"},
      TakeFailedShare);
  flags.Number({"--seed,--random-seed", "Seed for the order of prompts [0]", "Expert"}, 0,
               std::numeric_limits<uint64_t>::max(),
               [](Request& request, uint64_t seed) { request.spec.load.seed = seed; });
}

}  // namespace specctl::cli
