#include <string>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/net/http_request.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

using Request = RequestFlags::Request;

absl::Status TakeTags(const std::vector<std::string>& texts, RunSpec& spec) {
  if (!texts.empty()) spec.tags.clear();  // of --like
  for (const std::string& text : texts) {
    // The first: values may hold more of them.
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return BadFlag("--tag", absl::StrFormat("need k=v, got \"%s\"", text));
    }
    spec.tags.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return absl::OkStatus();
}

absl::Status TakeGoodput(Request& request, const std::string& text) {
  auto terms = ParseGoodput(text);
  if (!terms.ok()) return BadFlag("--goodput", std::string(terms.status().message()));
  request.spec.goodput = *std::move(terms);
  return absl::OkStatus();
}

absl::Status TakeSliceHeader(Request& request, const std::string& text) {
  if (!IsHeaderName(text)) {
    return BadFlag("--slice-by-header",
                   absl::StrFormat("need the name of a response header, got \"%s\"", text));
  }
  request.spec.slice_by_header = text;
  return absl::OkStatus();
}

}  // namespace

void AddRecordFlags(RequestFlags& flags) {
  flags.Switch({"--save-text", "Save the replies in outputs.jsonl", "Output"},
               [](Request& request) -> bool& { return request.spec.save_text; });
  const auto tags =
      flags.ListForStep({"--tag", "k=v, recorded in the artifacts; repeatable", "Output"});
  flags.Then(
      [tags](const Surroundings&, Request& request) { return TakeTags(*tags, request.spec); });
  flags.Text({"--goodput",
              "Count requests that keep every limit, such as ttft:500,itl:50,user_tps:20: ttft, "
              "ttft_user, itl and request_latency in ms, user_tps in tokens/s",
              "Output"},
             TakeGoodput);
  flags.Text(
      {"--slice-by-header",
       "Name of a response header, e.g. x-served-by of a gateway: figures by its values", "Output"},
      TakeSliceHeader);
  flags.Choice(
      {"--receive-stamps",
       "Who timestamps arrivals: kernel, or user to see how that changes the figures [kernel]",
       "Expert"},
      {"kernel", "user"},
      [](Request& request, const std::string& who) { request.spec.user_stamps = who == "user"; });
  flags.TimeAboveZero({"--agent-timeout",
                       "Treat an agent as lost after this long without a message [30s]", "Expert"},
                      [](Request& request) -> Nanos& { return request.spec.agent_timeout; });
  flags.Choice({"--on-agent-loss",
                "When an agent is lost in mid-run: fail (the others drain, and the run ends), or "
                "degrade (it goes on with those left) [fail]",
                "Load"},
               {"fail", "degrade"}, [](Request& request, const std::string& how) {
                 request.spec.load.degrades_on_agent_loss = how == "degrade";
               });
}

}  // namespace specctl::cli
