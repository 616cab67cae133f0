#include "tools/specctl/probe_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/printable.h"
#include "common/engine/engine_profile.h"
#include "common/net/url.h"
#include "controller/measure/address_notes.h"
#include "controller/measure/network.h"
#include "controller/measure/probe_targets.h"
#include "tools/flags/help_page.h"
#include "tools/request/flag_groups.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/local_fleet.h"
#include "tools/specctl/no_server_hint.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

// As a person would name it.
std::string_view Describe(TokenSource source) {
  switch (source) {
    case TokenSource::kContinuousUsage:
      return "counted by the usage on each chunk";
    case TokenSource::kTokenIds:
      return "counted by token ids";
    case TokenSource::kTimings:
      return "counted by timings";
    case TokenSource::kLogprobs:
      return "counted by logprobs";
    case TokenSource::kTotalsOnly:
      return "only the total at the end";
    case TokenSource::kNone:
      return "not counted";
    case TokenSource::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view AboutUsage(const TargetProbed& facts) {
  switch (facts.usage_fault) {
    case TokenFault::kUsageFalls:
      return " (usage on each chunk is ignored: it decreases)";
    case TokenFault::kUsageStalls:
      return " (usage on each chunk is ignored: it does not grow with them)";
    case TokenFault::kUsageLags:
      return " (usage on each chunk is ignored: it lags behind)";
    case TokenFault::kUsageNotTotal:
      return " (usage on each chunk is ignored: it counts that chunk only)";
    case TokenFault::kAboveMaxTokens:
      return " (usage is ignored: it exceeds what the request allowed)";
    case TokenFault::kOtherChoices:
    case TokenFault::kNone:
      break;
  }
  if (!facts.stream_options) return " (stream_options is not supported)";
  const bool without =
      facts.token_source == TokenSource::kTotalsOnly || facts.token_source == TokenSource::kNone;
  return without ? " (continuous usage is not supported)" : "";
}

// "drafts   eagle3, k=3, yuhuili/EAGLE3-LLaMA3.1"
std::string AboutDrafts(const ServerIdentity& server) {
  std::vector<std::string> parts;
  if (!server.speculation_method.empty()) parts.push_back(Printable(server.speculation_method));
  if (server.draft_length) parts.push_back(absl::StrFormat("k=%d", *server.draft_length));
  if (!server.drafter.empty()) parts.push_back(Printable(server.drafter));
  return parts.empty() ? "" : "drafts   " + absl::StrJoin(parts, ", ") + "\n";
}

// "server   tp=8, fp8"
std::string AboutServer(const ServerIdentity& server) {
  std::vector<std::string> parts;
  if (!server.parallelism.empty()) parts.push_back(Printable(server.parallelism));
  if (!server.quantization.empty()) parts.push_back(Printable(server.quantization));
  return parts.empty() ? "" : "server   " + absl::StrJoin(parts, ", ") + "\n";
}

// What it does not give, and how it would.
std::string Missing(const TargetProbed& facts) {
  const ServerHints& hints = ProfileNamed(facts.engine).hints;
  const ServerIdentity& server = facts.identity;
  std::string out;
  const auto add = [&](bool missing, std::string_view what, std::string_view hint) {
    if (missing && !hint.empty()) {
      out.append(out.empty() ? "missing  " : "         ").append(what).append(": ");
      out.append(hint).append("\n");
    }
  };
  const bool speculates = server.speculation_method != kNoSpeculation;
  add(facts.metrics_url.empty(), "metrics", hints.metrics);
  add(speculates && !facts.per_request_statistics, "speculative statistics per request",
      hints.per_request_statistics);
  add(server.speculation_method.empty(), "its configuration", hints.identity);
  add(server.stream_interval.value_or(1) > 1, "a chunk per step", hints.stream_interval);
  return out;
}

std::string TargetText(const TargetProbed& facts, const RunSpec& spec) {
  const std::string& name = spec.targets[facts.target].name;
  std::string out =
      absl::StrFormat("target   %s%s%s\n", name, name.empty() ? "" : "  ", Printable(facts.url));
  out += absl::StrFormat("engine   %s %s\n", std::string(ProfileNamed(facts.engine).display_name),
                         Printable(facts.identity.version));
  out += absl::StrFormat("model    %s", Printable(facts.model));
  if (facts.max_model_len_tokens) {
    out += absl::StrFormat(", context of %d tokens", *facts.max_model_len_tokens);
  }
  // One model is named in the line above.
  if (facts.served_models.size() > 1) {
    out += "\nserves   " + Printable(absl::StrJoin(facts.served_models, ", "));
  }
  out += absl::StrFormat("\ntokens   %s%s\n", Describe(facts.token_source), AboutUsage(facts));
  out += AboutDrafts(facts.identity) + AboutServer(facts.identity);
  out += facts.metrics_url.empty()
             ? absl::StrFormat("metrics  none: %s\n", Printable(facts.metrics_note))
             : absl::StrFormat("metrics  %s\n", facts.metrics_url);
  return out + Missing(facts);
}

std::vector<std::string> NotesOf(const std::vector<TargetProbed>& targets,
                                 controller::Network& network) {
  std::vector<controller::MetricsTarget> metrics;
  for (const TargetProbed& target : targets) {
    auto url = ParseUrl(target.metrics_url);
    if (url.ok()) metrics.push_back({.target = target.target, .url = *std::move(url)});
  }
  return controller::AddressNotes(metrics, network);
}

int Probe(const RequestFlags& flags) {
  const auto request = flags.Make(RealSurroundings());
  if (!request.ok()) return Complain("specctl probe", request.status(), kBadInput);
  controller::ProbingNetwork network(LocalFleet(), [](std::string_view text) { Say(text); });
  const auto results = controller::ProbeTargets(*request, network);
  if (!results.ok()) {
    // A flag that does not go with the server, as `run` has it.
    const int status = absl::IsInvalidArgument(results.status()) ? kBadInput : kFailed;
    Complain("specctl probe", results.status(), status);
    const std::string hint = NoServerHint(results.status(), TargetUrls(request->spec));
    if (!hint.empty()) Say(hint);
    return status;
  }
  std::string page;
  for (const auto& result : *results) page += TargetText(result, request->spec);
  for (const std::string& note : NotesOf(*results, network)) Say("note: " + note);
  const absl::Status printed = PrintPage(page, std::cout);
  return printed.ok() ? kDone : Complain("specctl probe", printed, kFailed);
}

}  // namespace

void AddProbeCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand(
      "probe", "Inspect a server: engine, model, metrics, how its tokens are counted");
  const auto flags = std::make_shared<RequestFlags>(*command);
  AddProbeFlags(*flags);
  specctl::flags::SetHelp(
      *command, {.examples = {{.what = "inspect two servers",
                               .line = "specctl probe http://vllm-0:8000 http://vllm-1:8000"}},
                 .groups = {}});
  command->callback([flags, &exit_status] { exit_status = Probe(*flags); });
}

}  // namespace specctl::cli
