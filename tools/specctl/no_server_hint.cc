#include "tools/specctl/no_server_hint.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/net/url.h"

namespace specctl::cli {
namespace {

// The port of a target on this machine where specctl sim could be: without TLS; 0: elsewhere.
int LocalPort(const std::string& text) {
  const auto url = ParseUrl(text);
  if (!url.ok() || url->https) return 0;
  const bool local =
      url->host == "localhost" || url->host.starts_with("127.") || url->host == "::1";
  return local ? url->port : 0;
}

}  // namespace

std::string NoServerHint(const absl::Status& error, const std::vector<std::string>& urls) {
  const std::string text(error.message());
  // The status code is shared with other failures to connect; the words are strerror's.
  if (text.find("Connection refused") == std::string::npos || urls.empty()) return "";
  const int port = LocalPort(urls.front());
  const bool all_local = std::all_of(urls.begin(), urls.end(),
                                     [](const std::string& url) { return LocalPort(url) > 0; });
  // On another machine a simulated engine here would not help.
  if (!all_local) return "";
  return absl::StrFormat(
      "no server is listening there: name one with --url; to try specctl without a server, run in "
      "another terminal\n  specctl sim%s",
      port == 8000 ? "" : absl::StrFormat(" --port %d", port));
}

}  // namespace specctl::cli
