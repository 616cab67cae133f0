#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <absl/strings/match.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/net/http_request.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"
#include "tools/request/header_text.h"

namespace specctl::cli {
namespace {

using Request = RequestFlags::Request;

absl::Status TakeHeaders(const std::vector<std::string>& headers,
                         const std::vector<std::string>& keep_headers, Request& request) {
  RequestSpec& asked = request.spec.request;
  if (headers.empty()) {  // of --like
    if (!asked.withheld_headers.empty()) {
      return BadFlag("--like", absl::StrFormat("that run sent the headers %s, whose values are not "
                                               "in its files: give them again with --header",
                                               absl::StrJoin(asked.withheld_headers, ", ")));
    }
    request.secrets.headers = asked.headers;
    return absl::OkStatus();
  }
  // Those of --like are replaced as a whole, never mixed with new ones.
  asked.headers.clear();
  asked.withheld_headers.clear();
  // A --keep-header that keeps nothing is a slip, which would otherwise show only in the artifacts.
  std::vector<std::string> unused = keep_headers;
  for (const std::string& text : headers) {
    auto header = ParseHeader(text);
    if (!header.ok()) return header.status();
    const auto is_named = [&](const std::string& name) {
      return absl::EqualsIgnoreCase(name, header->first);
    };
    const bool kept = std::any_of(keep_headers.begin(), keep_headers.end(), is_named);
    std::erase_if(unused, is_named);
    // Sent in any case; what is written to files is decided below.
    request.secrets.headers.push_back(*header);
    if (kept) {
      asked.headers.push_back(*std::move(header));
    } else if (std::none_of(asked.withheld_headers.begin(), asked.withheld_headers.end(),
                            is_named)) {
      asked.withheld_headers.push_back(std::move(header->first));
    }
  }
  if (unused.empty()) return absl::OkStatus();
  return BadFlag("--keep-header",
                 absl::StrFormat("no --header gives %s", absl::StrJoin(unused, ", ")));
}

// `name`: of the variable that holds it.
absl::Status TakeApiKey(const std::string& name, const Surroundings& surroundings,
                        Request& request) {
  Secrets& secrets = request.secrets;
  const auto value = surroundings.environment(name);
  // An empty key would be sent as "Bearer ", and fail at the server without saying why.
  if (!value || value->empty()) {
    return BadFlag("--api-key-env", absl::StrFormat("the environment variable %s is %s", name,
                                                    value ? "empty" : "not set"));
  }
  if (!IsHeaderValue(*value)) {
    return BadFlag("--api-key-env",
                   absl::StrFormat("the environment variable %s holds a line break or another "
                                   "character that a header can't carry",
                                   name));
  }
  for (const auto& [header, text] : secrets.headers) {
    // Both would be sent, and which one counts is the server's choice.
    if (absl::EqualsIgnoreCase(header, "authorization")) {
      return BadFlag("--api-key-env", "can't be combined with --header Authorization");
    }
  }
  secrets.api_key = *value;
  request.api_key_variable = name;
  return absl::OkStatus();
}

}  // namespace

void AddCredentialFlags(const CredentialTexts& texts, RequestFlags& flags) {
  const auto key = flags.TextForStep(texts.api_key_env);
  const auto headers = flags.ListForStep(texts.header);
  auto kept = std::make_shared<const std::vector<std::string>>();
  if (texts.keep_header) kept = flags.ListForStep(*texts.keep_header);
  flags.Then([=](const Surroundings& surroundings, Request& request) -> absl::Status {
    if (auto taken = TakeHeaders(*headers, *kept, request); !taken.ok()) return taken;
    return *key ? TakeApiKey(**key, surroundings, request) : absl::OkStatus();
  });
}

}  // namespace specctl::cli
