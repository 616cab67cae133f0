// What really happened in a simulated engine, whatever its flavour tells.
#pragma once

#include <string>
#include <string_view>

#include "tools/sim/engine_counters.h"

namespace specctl::sim {

// A route of every flavour, beside those of the engine that it plays.
inline constexpr std::string_view kTruthPath = "/sim/truth";

// A JSON object: requests, tokens, steps, drafts, drafted and accepted tokens in all and by
// position, of all requests that have ended and under "categories" of those of each category.
// "requests" are those that got a token, those "aborted" by their clients among them.  Accepted
// tokens that the end of a request cut off are counted.  Pure.
std::string TruthJson(const EngineCounters& counters);

}  // namespace specctl::sim
