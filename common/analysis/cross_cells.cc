#include "common/analysis/cross_cells.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "common/analysis/slice_table.h"

namespace specctl {
namespace {

using CellKey = std::tuple<uint32_t, std::string, std::string>;  // target, model, key

// What stands before the load is measured is left out, where the user asked for a warm-up.
bool IsWarmUp(const SettledRequest& request, const RunSpec& spec) {
  if (spec.load.warmup <= Nanos(0)) return false;
  return request.stage == Stage::kRamp || request.stage == Stage::kWarmup;
}

std::optional<std::string> KeyIn(std::optional<Dimension> by, const SettledRequest& request,
                                 const RunContext& run) {
  if (!by) return std::string();
  std::optional<SliceKey> key = KeyOf(*by, request, run);
  if (!key) return std::nullopt;
  return std::move(key->second);
}

void AddUserTps(const CrossCellInput& input, const RequestSet& requests, CrossCell& cell) {
  double sum = 0;
  for (const SettledRequest* const of_run : requests) {
    const SettledRequest& request = input.whole_run ? *of_run : input.held.Of(*of_run);
    const bool in_headline = input.whole_run || request.stage == Stage::kHold;
    if (!in_headline || (input.leaves_out && request.in_invalid_window)) continue;
    const std::optional<double> tps = UserTps(request);
    if (!tps) continue;
    sum += *tps;
    ++cell.user_tps_requests;
  }
  if (cell.user_tps_requests > 0) {
    cell.user_tps_mean = sum / static_cast<double>(cell.user_tps_requests);
  }
}

// False where there are too many.
bool AppendCells(const CrossCellInput& input, std::optional<Dimension> by,
                 std::vector<CrossCell>& cells) {
  std::map<CellKey, RequestSet> members;
  for (const SettledRequest& request : input.requests) {
    if (!request.ok() || IsWarmUp(request, input.run.spec())) continue;
    std::optional<std::string> key = KeyIn(by, request, input.run);
    if (!key) continue;
    const std::string_view model =
        ModelOf(input.run.spec(), input.run.RowAt(request.position), request.target);
    members[{request.target, std::string(model), *std::move(key)}].push_back(&request);
    if (cells.size() + members.size() > kCrossCellsMax) return false;
  }
  for (const auto& [key, requests] : members) {
    CrossCell cell{.target = std::get<0>(key),
                   .model = std::get<1>(key),
                   .by = by,
                   .key = std::get<2>(key),
                   .requests = requests.size()};
    cell.acceptance = input.acceptance.Of(requests);
    AddUserTps(input, requests, cell);
    cells.push_back(std::move(cell));
  }
  return true;
}

}  // namespace

std::vector<CrossCell> CrossCellsOf(const CrossCellInput& input) {
  std::vector<CrossCell> cells;
  for (const std::optional<Dimension> by :
       {std::optional<Dimension>(), std::optional(Dimension::kCategory),
        std::optional(Dimension::kTier)}) {
    if (!AppendCells(input, by, cells)) return {};
  }
  return cells;
}

}  // namespace specctl
