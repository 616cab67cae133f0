#include <string>

#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

using Request = RequestFlags::Request;

void Note(Request& request, const std::string& flag, const std::string& why) {
  request.notes.push_back(flag + " has no effect: " + why);
}

absl::Status TakeEndpointType(Request& request, const std::string& type) {
  if (type == "completions") {
    request.spec.request.endpoint = Endpoint::kCompletions;
  } else if (type == "chat") {
    Note(request, "--endpoint-type chat", "chat is the default");
  } else {
    return BadFlag("--endpoint-type", "need chat or completions, got " + type);
  }
  return absl::OkStatus();
}

}  // namespace

void AddNeedlessFlags(RequestFlags& flags) {
  // Flags of AIPerf: taken, so that its command lines work, and explained.
  flags.Mark({"--streaming", "", ""}, [](Request& request) {
    Note(request, "--streaming", "responses are always streamed");
  });
  flags.Mark({"--use-server-token-count", "", ""}, [](Request& request) {
    Note(request, "--use-server-token-count",
         "tokens are always counted from the server's own usage");
  });
  flags.Text({"--tokenizer", "", ""}, [](Request& request, const std::string&) {
    Note(request, "--tokenizer", "tokens are counted by the server, not by a tokenizer");
    return absl::OkStatus();
  });
  flags.Text({"--endpoint-type", "", ""}, TakeEndpointType);
}

}  // namespace specctl::cli
