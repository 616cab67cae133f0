// Goodput: what a request must keep to count as good.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl {

enum class GoodputFigure { kTtft, kTtftUser, kItl, kRequestLatency, kUserTps };
// "ttft", "ttft_user", "itl", "request_latency", "user_tps": milliseconds, user_tps tokens/s.
std::string_view GoodputFigureName(GoodputFigure figure);
std::optional<GoodputFigure> FindGoodputFigure(std::string_view name);

// Name and limit; user_tps is to be at least it, the others at most.
using GoodputTerms = std::vector<std::pair<std::string, double>>;

// "ttft:500,itl:50,user_tps:20", or with spaces between the terms as AIPerf has them, whose names
// (time_to_first_token, inter_token_latency, output_token_throughput_per_user) are taken for ours.
// INVALID_ARGUMENT naming the term: no such figure, one twice, a limit that is no number above 0.
absl::StatusOr<GoodputTerms> ParseGoodput(std::string_view text);

}  // namespace specctl
