// LoadShape: how a run's load is applied, and what it leads one to expect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/clock.h"

namespace specctl {

// Each of `bs` slots holds one conversation open, and begins the next when it ends.
struct ClosedLoop {
  uint32_t bs = 1;  // concurrency: conversations held open at once, over all agents
  bool operator==(const ClosedLoop&) const = default;
};

enum class ArrivalProcess { kPoisson, kConstant };
std::string_view ArrivalProcessName(ArrivalProcess process);  // "poisson", "constant"

// Conversations begin at times that are settled beforehand (ArrivalTimes), whatever the servers do.
struct OpenLoop {
  static constexpr uint32_t kInFlightMax = 4096;

  double rate_per_s = 1;  // conversations (first turns) that arrive, over all agents; above 0
  ArrivalProcess process = ArrivalProcess::kPoisson;
  // Conversations held open at once, over all agents; an arrival beyond them is shed.
  uint32_t in_flight_max = kInFlightMax;
  Nanos think_time{0};  // between a reply and the conversation's next turn
  bool operator==(const OpenLoop&) const = default;
};

using LoadShape = std::variant<ClosedLoop, OpenLoop>;

// What stages, verdict, labels and limits ask of a shape.
struct LoadExpectation {
  uint32_t slots = 1;  // conversations that may be open at once, over all agents; above 0
  // Requests in flight throughout the hold; nullopt: as many as the servers make of the arrivals.
  std::optional<uint32_t> in_flight;
  // Conversations begun per second; nullopt: as fast as others end.
  std::optional<double> begun_per_s;
  // Whether the load is what it is to be from T0 on, without waiting for slots to fill.
  bool full_at_begin = false;
  // Whether a slot that failed waits before it begins the next; arrivals don't.
  bool backs_off = false;
  uint64_t wave_requests = 1;  // begun together, or in one second: fewer say nothing of the rest
};

LoadExpectation ExpectationOf(const LoadShape& shape);

// All of it, for people: "bs 512"; "20 requests/s, poisson arrivals, at most 4096 in flight".
std::string LoadShapeText(const LoadShape& shape);
// What is offered: "bs 512"; "20 requests/s".
std::string OfferedLoadText(const LoadShape& shape);

}  // namespace specctl
