#include "common/report/page_head.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "common/base/duration.h"
#include "common/base/printable.h"
#include "common/engine/engine_profile.h"
#include "common/report/number_text.h"
#include "common/report/page_servers.h"
#include "common/report/result_names.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

using Items = std::vector<std::string>;

std::string_view VerdictWord(VerdictState state) {
  switch (state) {
    case VerdictState::kValid:
      return "VALID";
    case VerdictState::kDegraded:
      return "DEGRADED";
    case VerdictState::kInvalid:
      break;
  }
  return "INVALID";
}

std::string HoldText(const Results& results) {
  const std::string whole = SecondsText(results.run_length_s);
  if (!results.hold) return "no hold: figures of the whole run, " + whole;
  const std::string hold = "hold " + SecondsText(results.hold->length_s) + " of " + whole;
  return results.headline_is_whole_run ? hold + ": figures of the whole run" : hold;
}

std::string WindowsText(const Verdict& verdict, uint64_t left_out) {
  const uint64_t valid = verdict.windows - verdict.windows_degraded - verdict.windows_invalid;
  std::string text =
      "(" + CountedText(verdict.windows, "window") + ": " + CountText(valid) + " valid";
  if (verdict.windows_degraded > 0)
    text += ", " + CountText(verdict.windows_degraded) + " degraded";
  if (verdict.windows_invalid > 0) text += ", " + CountText(verdict.windows_invalid) + " invalid";
  // Of the invalid ones, which come last.
  if (left_out > 0) text += ", left out";
  return text + ")";
}

// Reasons or labels.
template <class Told>
void AppendTold(std::string_view label, const std::vector<Told>& told, std::string& out) {
  for (const Told& reason : told) {
    std::string text = std::string(reason.name()) + ": " + Printable(reason.text);
    if (reason.windows > 0) text += " (" + CountedText(reason.windows, "window") + ")";
    AppendProse(label, text, out);
  }
}

void AppendEnd(const Results& results, std::string& out) {
  // A run that completed needs no line; one whose end is missing has a reason.
  if (results.ended && results.end.end != RunEnd::kCompleted) {
    std::string text(RunEndName(results.end.end));
    std::replace(text.begin(), text.end(), '_', ' ');
    const std::string reason = Printable(results.end.reason);
    if (reason.starts_with(text)) {
      text = reason;  // "interrupted" is said once
    } else if (!reason.empty()) {
      text += ": " + reason;
    }
    AppendProse("ended", text, out);
  }
  if (results.journal_torn_bytes > 0) {
    AppendProse("journal",
                "its last " + CountedText(results.journal_torn_bytes, "byte") +
                    " are not a whole record and were left out",
                out);
  }
}

// Targets that run the same thing stand on one line.
struct TargetGroup {
  const TargetProbed* first = nullptr;
  Items urls;
};

std::string UrlText(const TargetProbed& target, const RunSpec& spec) {
  const std::string label = TargetLabel(spec, target.target);
  return label == target.url || target.target >= spec.targets.size() ? target.url
                                                                     : label + " " + target.url;
}

std::vector<TargetGroup> GroupTargets(const std::vector<TargetProbed>& targets,
                                      const RunSpec& spec) {
  const auto key = [](const TargetProbed& target) {
    // What may differ between two targets without being a mistake: URL and name.
    return std::tie(target.engine, target.identity.version, target.model,
                    target.identity.draft_length, target.identity.speculation_method);
  };
  std::vector<TargetGroup> groups;
  for (const TargetProbed& target : targets) {
    auto group = std::find_if(groups.begin(), groups.end(), [&](const TargetGroup& other) {
      return key(*other.first) == key(target);
    });
    if (group == groups.end()) group = groups.insert(group, TargetGroup{&target, {}});
    group->urls.push_back(Printable(UrlText(target, spec)));
  }
  return groups;
}

// "ngram k=3"; what the probe did not find, the run may have shown.
std::string SpeculationText(const Results& results, const TargetProbed& target) {
  std::optional<uint32_t> draft_length = target.identity.draft_length;
  for (const TargetAcceptance& told : results.acceptance_sources) {
    if (told.target == target.target && !draft_length) draft_length = told.draft_length;
  }
  std::string text = Printable(target.identity.speculation_method);
  if (!draft_length) return text;
  return (text.empty() ? "drafts" : text) + " k=" + CountText(*draft_length);
}

Items TargetItems(const Results& results, const TargetGroup& group) {
  constexpr size_t kUrlsMax = 3;
  Items items(group.urls.begin(), group.urls.begin() + static_cast<std::ptrdiff_t>(
                                                           std::min(group.urls.size(), kUrlsMax)));
  if (group.urls.size() > kUrlsMax) {
    items.push_back("and " + CountText(group.urls.size() - kUrlsMax) + " more");
  }
  const TargetProbed& target = *group.first;
  std::string engine(ProfileNamed(target.engine).display_name);
  if (!target.identity.version.empty()) engine += " " + Printable(target.identity.version);
  items.push_back(engine);
  if (!target.model.empty()) items.push_back(Printable(target.model));
  const std::string speculation = SpeculationText(results, target);
  if (!speculation.empty()) items.push_back(speculation);
  if (group.urls.size() > 1) items.push_back(CountText(group.urls.size()) + " targets");
  return items;
}

void AppendTargets(const Results& results, std::string& out) {
  std::vector<TargetGroup> groups = GroupTargets(results.targets, results.spec);
  for (size_t i = 0; i < groups.size(); ++i) {
    Items items = TargetItems(results, groups[i]);
    // GPUs of all targets together: behind the last line.
    if (i + 1 == groups.size() && results.spec.gpus) {
      items.push_back(CountedText(*results.spec.gpus, "GPU"));
    }
    AppendFlow({.label = "target"}, items, out);
  }
  // No target was probed: the run failed before.
  if (groups.empty()) {
    Items urls;
    for (const std::string& url : TargetUrls(results.spec)) urls.push_back(Printable(url));
    urls.emplace_back("not reached");
    AppendFlow({.label = "target"}, urls, out);
  }
}

std::string DatasetText(const DatasetIdentity& dataset) {
  const std::string label = Printable(DatasetLabel(dataset));
  if (!dataset.builtin) return label;
  // The bare name says least, so that it is replaced; the others say what they imitate.
  if (label == "builtin") return std::string(kBuiltinWarning);
  return label + ": only for trying things out, not a SPEED-Bench result";
}

std::string RequestText(const RequestSpec& request) {
  std::string text = request.temperature ? "temperature " + FigureText(*request.temperature)
                                         : "the server's temperature";
  text += ", osl " + CountText(request.osl_tokens);
  if (request.ignore_eos) text += ", EOS ignored";
  if (request.endpoint != Endpoint::kChat) {
    text += ", " + std::string(EndpointName(request.endpoint));
  }
  return text;
}

void AppendShape(const LoadSpec& load, Items& items) {
  const std::string over = " over " + CountedText(load.agents, "agent");
  const OpenLoop* const open = std::get_if<OpenLoop>(&load.shape);
  if (open == nullptr) {
    items.push_back("closed loop, bs " + CountText(std::get<ClosedLoop>(load.shape).bs) + over);
    return;
  }
  items.push_back("open loop, " + FigureText(open->rate_per_s) + " requests/s" + over);
  items.push_back(std::string(ArrivalProcessName(open->process)) + " arrivals");
  items.push_back("at most " + CountText(open->in_flight_max) + " in flight");
  if (open->think_time > Nanos(0)) {
    items.push_back("think time " + FormatDuration(open->think_time));
  }
}

std::string DurationText(const LoadSpec& load) {
  std::string text = "duration " + FormatDuration(*load.duration);
  if (load.until.empty()) return text;
  text = "until ";
  for (const PrecisionGoal& goal : load.until) text += GoalText(goal) + ", ";
  return text + "at most " + FormatDuration(*load.duration);
}

void AppendLoad(const Results& results, std::string& out) {
  const RunSpec& spec = results.spec;
  const LoadSpec& load = spec.load;
  Items items;
  AppendShape(load, items);
  items.push_back(DatasetText(spec.dataset));
  items.push_back(RequestText(spec.request));
  if (load.ramp.count() > 0) items.push_back("ramp " + FormatDuration(load.ramp));
  if (load.warmup.count() > 0) items.push_back("warm-up " + FormatDuration(load.warmup));
  if (load.duration) items.push_back(DurationText(load));
  if (load.requests_max) items.push_back("limit " + CountedText(*load.requests_max, "request"));
  if (load.conversations_max) {
    items.push_back("limit " + CountedText(*load.conversations_max, "conversation"));
  }
  if (!results.load_left.empty()) items.push_back(LoadLeftText(results.load_left, load));
  if (results.start_skew) {
    const StartSkew& skew = *results.start_skew;
    std::string text = "start skew " + FigureText(skew.ms) + " ms";
    if (skew.bound_ms > 0) text += ", clocks within " + FigureText(skew.bound_ms) + " ms";
    items.push_back(std::move(text));
  }
  if (spec.user_stamps) items.emplace_back("arrivals timestamped in user space");
  AppendFlow({.label = "load"}, items, out);
}

}  // namespace

std::string VerdictLines(const Results& results) {
  Items items = {"run " + Printable(results.spec.run_id), HoldText(results)};
  if (results.verdict.windows > 0) {
    items.push_back(
        WindowsText(results.verdict, results.hold ? results.hold->windows_left_out : 0));
  }
  std::string out;
  AppendFlow({.label = VerdictWord(results.verdict.state)}, items, out);
  AppendTold("reason", results.verdict.reasons, out);
  AppendTold("label", results.verdict.labels, out);
  AppendEnd(results, out);
  return out;
}

std::string SetupLines(const Results& results) {
  std::string out;
  AppendTargets(results, out);
  AppendLoad(results, out);
  AppendServers(results, out);
  for (const std::string& note : results.notes) AppendProse("note", Printable(note), out);
  return out;
}

}  // namespace specctl
