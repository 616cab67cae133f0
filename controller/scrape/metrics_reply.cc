#include "controller/scrape/metrics_reply.h"

#include <string>

#include <absl/strings/str_format.h>

#include "common/engine/error_body.h"
#include "common/engine/one_line.h"
#include "common/prometheus/exposition.h"

namespace specctl::controller {
namespace {

constexpr size_t kTextBytesMax = 300;

absl::Status Refused(const std::string& why) {
  return absl::FailedPreconditionError(OneLine(why, kTextBytesMax));
}

std::string StatusText(const HttpReply& reply) {
  const std::string status = absl::StrFormat("status %d", reply.status);
  if (!reply.location.empty()) return status + ", a redirect to " + reply.location;
  if (reply.body.find_first_not_of(" \t\r\n") == std::string::npos) return status;
  return status + ": " + ParseErrorBody(reply.body, reply.status).message;
}

}  // namespace

absl::Status CheckMetricsReply(const HttpReply& reply) {
  if (reply.status != 200) return Refused(StatusText(reply));
  if (!reply.content_encoding.empty() && reply.content_encoding != "identity") {
    return Refused(absl::StrFormat("answered with Content-Encoding \"%s\", which was not requested",
                                   reply.content_encoding));
  }
  const absl::Status read = ForEachSample(reply.body, [](const SampleView&) {});
  if (read.ok()) return absl::OkStatus();
  const std::string type = reply.content_type.empty() ? "" : " (" + reply.content_type + ")";
  return Refused(absl::StrFormat("status 200, but no Prometheus text%s: %s", type,
                                 std::string(read.message())));
}

}  // namespace specctl::controller
