#include <array>
#include <limits>
#include <string>
#include <variant>

#include <absl/strings/str_format.h>

#include "common/compare/precision_goals.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

using Request = RequestFlags::Request;

constexpr uint64_t kBsMax = kConcurrencyMax;  // of --agents, too
// Turns of all repeats of a dataset still fit their counters.
constexpr uint64_t kRequestsMax = 1'000'000'000'000;

absl::Status TakeUntil(const std::string& text, LoadSpec& load) {
  auto goals = ParsePrecisionGoals(text);
  if (!goals.ok()) return BadFlag("--until", std::string(goals.status().message()));
  if (!load.duration) {
    return BadFlag("--until", "needs --duration, the longest that the hold may last");
  }
  load.until = *std::move(goals);
  return absl::OkStatus();
}

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
  const auto until = flags.TextForStep(
      {"--until",
       "End the hold before --duration once intervals are narrow enough, e.g. \"ttft_p99 +-5%\"; "
       "comma = and",
       "Load"});
  flags.Then([=](const Surroundings&, Request& request) -> absl::Status {
    LoadSpec& load = request.spec.load;
    if (*requests && *conversations) {
      return BadFlag("--requests", "can't be combined with --conversations");
    }
    if (*requests || *conversations || *duration) {
      // All are set, so that a limit of --like does not stay beside the new one.
      load.requests_max = *requests;
      load.conversations_max = *conversations;
      load.duration.reset();
    }
    if (*duration) {
      // Emplaced first: the text is read into it.
      auto taken = TakeTimeout("--duration", *duration, load.duration.emplace(0));
      if (!taken.ok()) return taken;
    }
    if (!load.duration) load.until.clear();  // of --like, whose duration was replaced
    return *until ? TakeUntil(**until, load) : absl::OkStatus();
  });
}

constexpr uint64_t kInFlightMaxMax = kBsMax;

// How the conversations of an open loop arrive.
struct GivenArrivals {
  RequestFlags::Given<std::string> process, think_time;
  RequestFlags::Given<uint64_t> in_flight_max;

  bool Any() const { return *process || *in_flight_max || *think_time; }
};

absl::Status TakeRate(const std::string& text, OpenLoop& loop) {
  const auto rate = ParseRequestRate(text);
  if (rate.ok()) loop.rate_per_s = *rate;
  return rate.status();
}

absl::Status TakeOpenLoop(const std::optional<std::string>& rate, const GivenArrivals& given,
                          LoadSpec& load) {
  // Of --like, or with a rate of its own.
  OpenLoop loop;
  if (const auto* like = std::get_if<OpenLoop>(&load.shape)) {
    loop = *like;
  } else if (!rate) {
    const char* const flag = *given.process         ? "--arrival"
                             : *given.in_flight_max ? "--in-flight-max"
                                                    : "--think-time";
    return BadFlag(flag, "is of an open loop: give its --request-rate");
  }
  if (rate) {
    if (auto taken = TakeRate(*rate, loop); !taken.ok()) return taken;
  }
  if (*given.process) {
    const auto process =
        OneOf("--arrival", **given.process,
              std::array{ArrivalProcess::kPoisson, ArrivalProcess::kConstant}, &ArrivalProcessName);
    if (!process.ok()) return process.status();
    loop.process = *process;
  }
  if (*given.in_flight_max) loop.in_flight_max = static_cast<uint32_t>(**given.in_flight_max);
  if (auto taken = TakeDuration("--think-time", *given.think_time, loop.think_time); !taken.ok()) {
    return taken;
  }
  load.shape = loop;
  return absl::OkStatus();
}

GivenArrivals DefineArrivalFlags(RequestFlags& flags) {
  GivenArrivals given;
  given.process =
      flags.TextForStep({"--arrival,--arrival-pattern,--request-rate-mode",
                         "Arrival process of an open loop: poisson or constant [poisson]", "Load"});
  given.in_flight_max = flags.NumberForStep(
      {"--in-flight-max",
       absl::StrFormat("Conversations of an open loop that may be open at once; further arrivals "
                       "are shed and counted [%d]",
                       OpenLoop::kInFlightMax),
       "Load"},
      1, kInFlightMaxMax);
  given.think_time = flags.TextForStep(
      {"--think-time", "Time between a reply and the next turn, in an open loop [0]", "Load"});
  return given;
}

absl::Status RefuseBsWithArrivals() {
  return BadFlag("--bs",
                 "can't be combined with --request-rate and its flags; what an open loop has "
                 "in flight is limited by --in-flight-max");
}

void AddShape(RequestFlags& flags) {
  const auto bs =
      flags.NumberForStep({"--bs,--concurrency",
                           "Concurrency: conversations in flight across all agents [1]", "Common"},
                          1, kBsMax);
  const auto rate = flags.TextForStep(
      {"--request-rate",
       "Open loop: conversations that arrive per second across all agents, in place of --bs",
       "Common"});
  const GivenArrivals arrivals = DefineArrivalFlags(flags);
  flags.Then([bs, rate, arrivals](const Surroundings&, Request& request) -> absl::Status {
    const bool open_loop = *rate || arrivals.Any();
    if (*bs && open_loop) return RefuseBsWithArrivals();
    if (*bs) request.spec.load.shape = ClosedLoop{static_cast<uint32_t>(**bs)};
    if (*bs || *rate) request.agents.reset();  // of --like
    return open_loop ? TakeOpenLoop(*rate, arrivals, request.spec.load) : absl::OkStatus();
  });
}

absl::Status TakeFailedShare(Request& request, const std::string& text) {
  const auto share = ParseShare("--max-failed", text);
  if (share.ok()) request.spec.load.failed_share_max = *share;
  return share.status();
}

}  // namespace

void AddArrivalFlags(const RequestFlags::GivenList& rates, RequestFlags& flags) {
  const GivenArrivals arrivals = DefineArrivalFlags(flags);
  flags.Then([rates, arrivals](const Surroundings&, Request& request) -> absl::Status {
    if (rates->empty() && !arrivals.Any()) return absl::OkStatus();
    const auto first = rates->empty() ? std::nullopt : std::optional(rates->front());
    return TakeOpenLoop(first, arrivals, request.spec.load);
  });
}

void AddLoadFlags(RequestFlags& flags) {
  AddShape(flags);
  AddLimitFlags(flags);
}

void AddLimitFlags(RequestFlags& flags) {
  flags.Number({"--agents", "Agent processes [one per 256 of --bs, at most one per core]", "Load"},
               1, kBsMax, [](Request& request, uint64_t agents) {
                 request.agents = static_cast<uint32_t>(agents);
               });
  AddLimits(flags);
  flags.Time(
      {"--ramp", "Fill the slots evenly over this time; not with --request-rate [0]", "Load"},
      [](Request& request) -> Nanos& { return request.spec.load.ramp; });
  flags.Then([&flags](const Surroundings&, Request& request) -> absl::Status {
    LoadSpec& load = request.spec.load;
    if (std::holds_alternative<ClosedLoop>(load.shape)) return absl::OkStatus();
    if (!flags.IsGiven("--ramp")) load.ramp = Nanos(0);  // of --like
    if (load.ramp == Nanos(0)) return absl::OkStatus();
    return BadFlag("--ramp",
                   "fills the slots of a closed loop; with --request-rate arrivals begin at once: "
                   "use --warmup");
  });
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
