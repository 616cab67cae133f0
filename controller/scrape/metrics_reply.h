// Whether what a metrics URL answers is metrics.
#pragma once

#include <absl/status/status.h>

#include "controller/scrape/http_fetch.h"

namespace specctl::controller {

// FAILED_PRECONDITION, in one line, where `reply` is no Prometheus text: its status with the
// server's words or where it redirects to, its content coding, or its type and the line that can't
// be read.
absl::Status CheckMetricsReply(const HttpReply& reply);

}  // namespace specctl::controller
