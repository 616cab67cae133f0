// Bytes of an HTTP/1.1 request.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/net/url.h"

namespace specctl {

struct HttpRequest {
  std::string_view method;  // "GET", "POST"
  std::string_view path;    // e.g. "/v1/chat/completions"; appended to the URL's prefix
  // Sent as given, in order, after Host, User-Agent, Accept and, with a body, Content-Type
  // (application/json) and Content-Length; a name given here replaces that default.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;
};

// The whole request.  Header values must hold no CR, LF or NUL: IsHeaderValue() tells.
std::string SerializeRequest(const Url& url, const HttpRequest& request);

bool IsHeaderName(std::string_view name);    // RFC 9110 token
bool IsHeaderValue(std::string_view value);  // no CR, LF, NUL

}  // namespace specctl
