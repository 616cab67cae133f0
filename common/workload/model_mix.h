// Which model a conversation asks for, where requests are spread over several.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace specctl {

using ModelShares = std::span<const std::pair<std::string, double>>;  // model, share above 0

// The model of the conversation at `order_index`; shares need not sum to 1.  Every prefix of the
// order, and every stride of it (an agent's or a target's share), has the models in nearly these
// shares: a rotation by the golden ratio spreads evenly over any arithmetic progression.  Depends
// on the arguments alone.
//
// Requires a share.
const std::string& ModelAt(ModelShares shares, uint64_t seed, uint64_t order_index);

}  // namespace specctl
