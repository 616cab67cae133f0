#include "common/compare/comparability.h"

#include <algorithm>
#include <array>
#include <set>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/json_writer.h"
#include "common/compare/stimulus_checks.h"
#include "common/engine/server_identity.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

// "vllm 0.9.0", of all targets.
std::string EnginesOf(const Results& results) {
  std::set<std::string> engines;
  for (const TargetProbed& target : results.targets) {
    engines.insert(
        target.engine + " " +
        (target.identity.version.empty() ? "(version unknown)" : target.identity.version));
  }
  return absl::StrJoin(engines, ", ");
}

bool VersionUnknown(const Results& results) {
  return std::any_of(results.targets.begin(), results.targets.end(),
                     [](const TargetProbed& target) { return target.identity.version.empty(); });
}

std::string ModelsOf(const Results& results) {
  std::set<std::string> models;
  for (const TargetProbed& target : results.targets) models.insert(target.model);
  for (const auto& [model, share] : results.spec.request.model_mix) models.insert(model);
  return absl::StrJoin(models, ", ");
}

bool Speculates(const Results& results) {
  const bool told =
      std::any_of(results.targets.begin(), results.targets.end(), [](const TargetProbed& target) {
        const ServerIdentity& server = target.identity;
        if (server.speculation_method == kNoSpeculation) return false;
        return !server.speculation_method.empty() || server.draft_length.value_or(0) > 0;
      });
  // A server may also speculate without saying so; then its acceptance shows it.
  return told || results.headline.acceptance.has_value();
}

// Whether the method takes its drafts from the text or from the target model, without a drafter.
bool DraftsByItself(std::string_view method) {
  const std::string lower = absl::AsciiStrToLower(std::string(method));
  constexpr std::array<std::string_view, 5> kMethods = {kNoSpeculation, "ngram", "suffix", "mtp",
                                                        "nextn"};
  return std::any_of(kMethods.begin(), kMethods.end(),
                     [&](std::string_view name) { return lower.find(name) != std::string::npos; });
}

// How the targets draft; empty where no server tells.
struct Drafters {
  std::string methods;  // "eagle3"
  std::string models;   // of those that have one
  bool all_known = true;
};

Drafters DraftersOf(const Results& results) {
  std::set<std::string> methods, models;
  Drafters drafters;
  for (const TargetProbed& target : results.targets) {
    const ServerIdentity& server = target.identity;
    if (!server.speculation_method.empty()) methods.insert(server.speculation_method);
    if (!server.drafter.empty()) models.insert(server.drafter);
    drafters.all_known = drafters.all_known &&
                         (!server.drafter.empty() || DraftsByItself(server.speculation_method));
  }
  drafters.methods = absl::StrJoin(methods, ", ");
  drafters.models = absl::StrJoin(models, ", ");
  return drafters;
}

std::string DraftLengthsOf(const Results& results) {
  std::set<uint32_t> lengths;
  for (const TargetProbed& target : results.targets) {
    if (target.identity.draft_length) lengths.insert(*target.identity.draft_length);
  }
  return absl::StrJoin(lengths, ", ");
}

std::string ShaText(const DatasetIdentity& dataset) {
  // Enough to tell files apart; run.json has the whole sum.
  constexpr size_t kShown = 12;
  std::vector<std::string> pins;
  if (!dataset.sha256.empty()) pins.push_back("SHA-256 " + dataset.sha256.substr(0, kShown));
  if (!dataset.revision.empty()) pins.push_back(dataset.revision);
  if (!dataset.resolver_sha256.empty()) {
    pins.push_back("resolver " + dataset.resolver_sha256.substr(0, kShown));
  }
  if (!dataset.tokenizer_sha256.empty()) {
    pins.push_back(absl::StrFormat("tokenizer %s %s, template %s", dataset.tokenizer,
                                   dataset.tokenizer_sha256.substr(0, kShown),
                                   dataset.chat_template_sha256.substr(0, kShown)));
  }
  return DatasetLabel(dataset) + (pins.empty() ? "" : " (" + absl::StrJoin(pins, ", ") + ")");
}

// How the targets' tokens were counted.
std::string TokenSourcesOf(const Results& results) {
  std::set<std::string> names;
  for (const TargetProbed& target : results.targets) {
    names.emplace(TokenSourceName(target.token_source));
  }
  return names.empty() ? "unknown" : absl::StrJoin(names, ", ");
}

class Checker {
 public:
  Checker(const MeasuredRun& a, const MeasuredRun& b, const Across& across)
      : a_(a.results()), b_(b.results()), across_(across) {}

  void CheckVerdicts() {
    CheckVerdict("A", a_);
    CheckVerdict("B", b_);
  }

  void CheckModels() {
    Differ("model", "models", ModelsOf(a_), ModelsOf(b_), "measure the same model in both");
  }

  void CheckTokenSources() {
    const std::string of_a = TokenSourcesOf(a_), of_b = TokenSourcesOf(b_);
    if (of_a == of_b) return;
    // Totals alone have no step latency, and User TPS takes the first chunk as one token.
    result_.notes.push_back(absl::StrFormat(
        "tokens are counted differently (A %s, B %s), and figures per token with them", of_a,
        of_b));
  }

  void CheckRevisions() {
    Revision(across_.engine, "engine", EnginesOf(a_), EnginesOf(b_),
             "an engine upgrade also changes how things are measured");
    if (VersionUnknown(a_) || VersionUnknown(b_)) {
      result_.notes.push_back("not checked: engine versions (a server does not report its own)");
    }
    const DatasetIdentity &a = a_.spec.dataset, &b = b_.spec.dataset;
    // Without both checksums the names must do.
    const bool same =
        a.sha256.empty() || b.sha256.empty() ? a.name == b.name : a.sha256 == b.sha256;
    // Two names of datasets may select different rows of one file.
    if (!same || a.rows != b.rows) {
      Revision(across_.dataset, "dataset", absl::StrFormat("%s, %d rows", ShaText(a), a.rows),
               absl::StrFormat("%s, %d rows", ShaText(b), b.rows),
               "other prompts have other lengths and acceptance");
    }
    CheckDrafters();
  }

  Comparability Take() && { return std::move(result_); }

 private:
  void CheckVerdict(std::string_view run, const Results& results) {
    const Verdict& verdict = results.verdict;
    const std::string why = verdict.reasons.empty() ? "" : ": " + verdict.reasons.front().text;
    if (verdict.state == VerdictState::kInvalid) {
      Refuse("verdict", absl::StrFormat("%s is invalid%s", run, why),
             "repeat that run: its page says why its figures can't be trusted");
    } else if (verdict.state == VerdictState::kDegraded) {
      result_.notes.push_back(absl::StrFormat("%s is degraded%s", run, why));
    }
    // Without a hold there are no stretches of time to leave out, which the intervals come from.
    if (results.headline_is_whole_run) {
      result_.notes.push_back(absl::StrFormat(
          "%s has no hold of 5 s and 30 requests: its figures, but acceptance, have no intervals",
          run));
    }
  }

  void Refuse(std::string code, std::string text, std::string match) {
    result_.refusals.push_back({std::move(code), std::move(text), std::move(match)});
  }

  void Differ(std::string_view code, std::string_view what, const std::string& a,
              const std::string& b, std::string_view match) {
    if (a == b) return;
    // A torn journal may have lost what was probed.
    const auto text = [](const std::string& side) { return side.empty() ? "unknown" : side; };
    Refuse(std::string(code), absl::StrFormat("%s differ: A %s, B %s", what, text(a), text(b)),
           std::string(match));
  }

  void Revision(bool may, std::string_view which, const std::string& a, const std::string& b,
                std::string_view why) {
    if (a == b) return;
    const std::string text = absl::StrFormat("%s differs: A %s, B %s", which, a, b);
    if (may) {
      result_.notes.push_back(text + " (--across)");
      return;
    }
    Refuse(std::string(which), text,
           absl::StrFormat("use one %s for both, or give --across %s: %s", which, which, why));
  }

  void CheckDrafters() {
    const bool a = Speculates(a_), b = Speculates(b_);
    if (!a && !b) return;
    // What such a comparison is for: said, not refused.
    if (a != b) {
      result_.notes.push_back(absl::StrFormat("speculation is on only in %s", a ? "A" : "B"));
      return;
    }
    CheckDraftModels(DraftersOf(a_), DraftersOf(b_));
    if (DraftLengthsOf(a_) != DraftLengthsOf(b_)) {
      result_.notes.push_back(absl::StrFormat("draft lengths differ: A %s, B %s",
                                              DraftLengthsOf(a_), DraftLengthsOf(b_)));
    }
  }

  void CheckDraftModels(const Drafters& a, const Drafters& b) {
    const auto text = [](const Drafters& of) {
      if (of.methods.empty()) return std::string("unknown");
      return of.models.empty() ? of.methods : absl::StrFormat("%s (%s)", of.methods, of.models);
    };
    const bool same =
        a.methods == b.methods && (a.models == b.models || a.models.empty() || b.models.empty());
    if (!same) {
      Revision(across_.drafter, "drafter", text(a), text(b),
               "another drafter has another acceptance");
    } else if (a.methods.empty()) {
      result_.notes.push_back("not checked: which drafters were used (no server names its own)");
    } else if (!a.all_known || !b.all_known) {
      result_.notes.push_back(
          absl::StrFormat("not checked: which draft models were used (%s does not name its own)",
                          a.all_known ? "B" : "A"));
    }
  }

  const Results &a_, &b_;
  const Across across_;
  Comparability result_;
};

std::string_view TrimmedName(std::string_view name) {
  while (name.starts_with(' ')) name.remove_prefix(1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  return name;
}

}  // namespace

absl::StatusOr<Across> ParseAcross(std::string_view list) {
  Across across;
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    const std::string_view name = TrimmedName(list.substr(0, end));
    if (name == "engine") {
      across.engine = true;
    } else if (name == "dataset") {
      across.dataset = true;
    } else if (name == "drafter") {
      across.drafter = true;
    } else {
      return absl::InvalidArgumentError(
          absl::StrFormat("--across: need engine, dataset or drafter, got \"%s\"", name));
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return across;
}

std::string SpeculationText(const Results& results) {
  if (!Speculates(results)) return "off";
  std::string text = "on";
  const Drafters drafters = DraftersOf(results);
  for (const std::string& part : {drafters.methods, drafters.models}) {
    if (!part.empty()) text += ", " + part;
  }
  const std::string lengths = DraftLengthsOf(results);
  return lengths.empty() ? text : text + ", draft length " + lengths;
}

bool IsSameRun(const Results& a, const Results& b) {
  return !a.spec.run_id.empty() && a.spec.run_id == b.spec.run_id;
}

Comparability CheckComparability(const MeasuredRun& a, const MeasuredRun& b, const Across& across) {
  Checker checker(a, b, across);
  checker.CheckVerdicts();
  checker.CheckModels();
  checker.CheckTokenSources();
  checker.CheckRevisions();
  // Refusals are listed in the order of these checks, in every format.
  Comparability result = std::move(checker).Take();
  if (IsSameRun(a.results(), b.results())) {
    result.notes.push_back("A and B are the same run: it is compared with itself");
  }
  CheckStimulus(a, b, result);
  return result;
}

}  // namespace specctl
