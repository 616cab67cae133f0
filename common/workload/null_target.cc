#include "common/workload/null_target.h"

#include <algorithm>
#include <charconv>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

constexpr std::string_view kNullScheme = "null://";

}  // namespace

std::string NullTargetUrl(double chunks_per_s) {
  return std::string(kNullScheme) + FormatDouble(chunks_per_s);
}

bool IsNullTarget(std::string_view url) { return url.starts_with(kNullScheme); }

absl::StatusOr<double> NullTargetPace(std::string_view url) {
  double pace = 0;
  const std::string_view text = url.substr(std::min(url.size(), kNullScheme.size()));
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pace);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && pace >= kNullChunksPerSMin && pace <= kNullChunksPerSMax) return pace;
  return absl::InvalidArgumentError(absl::StrFormat(
      "\"%s\": need null://RATE, a null server of %g to %g chunks per second on each "
      "stream beside each agent",
      url, kNullChunksPerSMin, kNullChunksPerSMax));
}

}  // namespace specctl
