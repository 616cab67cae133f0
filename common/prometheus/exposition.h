// Prometheus exposition text 0.0.4 and 1.0.0, and OpenMetrics, by the rules of scraping clients.
//
// One reader for all three, since servers mislabel their content type: a sample is
//   name{label="value",...} number [timestamp] [# {exemplar labels} number [timestamp]]
// or, from 1.0.0 on, {"any UTF-8 name","any label"="value",...} number ...
// Blank lines, lines that begin with '#' ("# EOF" too), CRLF and a last line without an end are
// taken; what is after "# EOF" is read like the rest.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace specctl {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

struct MetricSample {
  std::string name;
  MetricLabels labels;  // unescaped, in the exposed order
  double value = 0;     // may be NaN or infinite
};

// A sample as it stands in the text.  Its views end with the visit.
struct SampleView {
  std::string_view name;         // unescaped
  std::string_view series_text;  // name and labels as exposed: the same bytes are the same series
  double value = 0;              // may be NaN or infinite
  // Decodes the labels, which were checked before the visit.
  MetricLabels Labels() const;
};

// All samples of `text`, in order.  Comments, HELP and TYPE are passed over; timestamps and
// exemplars are read and dropped.
// INVALID_ARGUMENT "line N: need ..., got ..." at the first line that is none of these, and where
// a quoted name or a label's value is not UTF-8.
absl::StatusOr<std::vector<MetricSample>> ParseExposition(std::string_view text);

// The same without allocating: calls `visit` for each sample in turn.  Those before a bad line have
// been visited when the error is returned.
absl::Status ForEachSample(std::string_view text,
                           absl::FunctionRef<void(const SampleView& sample)> visit);

}  // namespace specctl
