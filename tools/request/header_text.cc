#include "tools/request/header_text.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_format.h>

#include "common/net/http_request.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {

absl::StatusOr<std::pair<std::string, std::string>> ParseHeader(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return BadFlag("--header", "need NAME:VALUE, got text without a colon");
  }
  std::string name(text.substr(0, colon)), value(text.substr(colon + 1));
  absl::StripAsciiWhitespace(&name);
  absl::StripAsciiWhitespace(&value);
  if (!IsHeaderName(name)) {
    return BadFlag("--header", "the text before the colon is not a header name");
  }
  if (!IsHeaderValue(value)) {
    return BadFlag("--header", absl::StrFormat("the value of %s holds a control character", name));
  }
  // Of the connection, not of the request: a second one would break the framing.
  for (const char* ours : {"host", "content-length", "transfer-encoding", "connection"}) {
    if (absl::EqualsIgnoreCase(name, ours)) {
      return BadFlag("--header", absl::StrFormat("%s is set by specctl", name));
    }
  }
  return std::pair(std::move(name), std::move(value));
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseMetricsHeaders(
    const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const std::string& text : texts) {
    const size_t colon = text.find(':');
    const std::string name(absl::StripAsciiWhitespace(absl::string_view(text).substr(0, colon)));
    const bool has_value = colon != std::string::npos;
    const std::string value(
        has_value ? absl::StripAsciiWhitespace(absl::string_view(text).substr(colon + 1)) : "");
    if (!has_value || !IsHeaderName(name) || !IsHeaderValue(value)) {
      return absl::InvalidArgumentError(
          "--metrics-header: need NAME:VALUE (what was given is not shown: it may be a secret)");
    }
    headers.emplace_back(name, value);
  }
  return headers;
}

}  // namespace specctl::cli
