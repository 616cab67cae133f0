#include "common/forms/measured_drafts.h"

#include <algorithm>
#include <optional>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/matrix/run_cells.h"

namespace specctl {
namespace {

const AcceptanceFigures* DraftsOf(const Results& results) {
  const std::optional<AcceptanceFigures>& told = results.whole_run.acceptance;
  if (told && told->per_draft && told->drafts.value_or(0) > 0) return &*told;
  const std::optional<AcceptanceFigures>& counted = results.acceptance_of_counters;
  if (counted && counted->per_draft && CountersAreOfTheRun(results)) return &*counted;
  return nullptr;
}

// The setup that all targets which speculate share.
absl::StatusOr<RowSetup> SharedSetup(const Results& results) {
  std::optional<RowSetup> shared;
  for (const TargetAcceptance& target : results.acceptance_sources) {
    if (!target.speculates) continue;
    const RowSetup setup = SetupOfTarget(results, target.target);
    if (!shared) {
      shared = setup;
      continue;
    }
    for (const auto member :
         {&RowSetup::model, &RowSetup::method, &RowSetup::drafter, &RowSetup::draft_length}) {
      // What a server does not tell may be the same.
      if ((*shared).*member == kUnknownSetup) (*shared).*member = setup.*member;
      if (setup.*member == kUnknownSetup || setup.*member == (*shared).*member) continue;
      return absl::FailedPreconditionError(absl::StrFormat(
          "targets %s and %s do not draft alike (%s, %s): one value for both would be of neither; "
          "measure each in a run of its own",
          shared->where, setup.where, (*shared).*member, setup.*member));
    }
  }
  if (!shared) return absl::FailedPreconditionError("nothing speculates in this run");
  return *shared;
}

std::string Known(const std::string& text) { return text == kUnknownSetup ? "" : text; }

}  // namespace

absl::StatusOr<MeasuredDrafts> MeasureDrafts(const Results& results) {
  if (results.spec.dataset.synthetic_text) {
    return absl::FailedPreconditionError(
        "its prompts are not language (synthetic_text): what is accepted of them tells nothing of "
        "real traffic");
  }
  const absl::StatusOr<RowSetup> setup = SharedSetup(results);
  if (!setup.ok()) return setup.status();
  const AcceptanceFigures* const figures = DraftsOf(results);
  if (figures == nullptr) {
    return absl::FailedPreconditionError(
        "tokens per draft are not known: needs per-request statistics, or the counters of servers "
        "that nobody else used");
  }
  MeasuredDrafts drafts{.length = figures->per_draft->value,
                        .drafts = *figures->drafts,
                        .steps = figures->steps.value_or(0),
                        .model = Known(setup->model),
                        .method = Known(setup->method),
                        .drafter = Known(setup->drafter),
                        .engine = Known(setup->engine),
                        .source = std::string(AcceptanceSourceName(figures->source))};
  const std::string draft_length = Known(setup->draft_length);
  if (!draft_length.empty()) {
    drafts.draft_length = static_cast<uint32_t>(std::stoul(draft_length));
  }
  if (drafts.draft_length == 0) {
    return absl::FailedPreconditionError(
        "the draft length is unknown: no server and no response tells it");
  }
  if (!figures->joint.empty() && !figures->rates_over_steps) {
    drafts.marginal = figures->joint;
    // A position that was never reached has the rate 0.
    drafts.marginal.resize(drafts.draft_length, 0);
  }
  return drafts;
}

std::vector<double> ConditionalOf(const std::vector<double>& marginal) {
  std::vector<double> conditional;
  double before = 1;
  for (const double rate : marginal) {
    conditional.push_back(before > 0 ? rate / before : 0);
    before = rate;
  }
  return conditional;
}

}  // namespace specctl
