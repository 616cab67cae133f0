#include "common/workload/load_shape.h"

#include <algorithm>
#include <cmath>

#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/base/json_writer.h"

namespace specctl {
namespace {

LoadExpectation Expect(const ClosedLoop& loop) {
  return {.slots = std::max<uint32_t>(loop.bs, 1),
          .in_flight = loop.bs,
          .backs_off = true,
          .wave_requests = loop.bs};
}

LoadExpectation Expect(const OpenLoop& loop) {
  return {.slots = std::max<uint32_t>(loop.in_flight_max, 1),
          .begun_per_s = loop.rate_per_s,
          .full_at_begin = true,
          .wave_requests = static_cast<uint64_t>(std::ceil(loop.rate_per_s))};
}

}  // namespace

std::string_view ArrivalProcessName(ArrivalProcess process) {
  return process == ArrivalProcess::kPoisson ? "poisson" : "constant";
}

LoadExpectation ExpectationOf(const LoadShape& shape) {
  return std::visit([](const auto& loop) { return Expect(loop); }, shape);
}

std::string LoadShapeText(const LoadShape& shape) {
  std::string text = OfferedLoadText(shape);
  const OpenLoop* const open = std::get_if<OpenLoop>(&shape);
  if (open == nullptr) return text;
  text += absl::StrFormat(", %s arrivals, at most %d in flight", ArrivalProcessName(open->process),
                          open->in_flight_max);
  if (open->think_time > Nanos(0)) text += ", think time " + FormatDuration(open->think_time);
  return text;
}

std::string OfferedLoadText(const LoadShape& shape) {
  if (const auto* closed = std::get_if<ClosedLoop>(&shape)) {
    return "bs " + std::to_string(closed->bs);
  }
  return FormatDouble(std::get<OpenLoop>(shape).rate_per_s) + " requests/s";
}

}  // namespace specctl
