#include "common/analysis/labels.h"

#include <utility>

#include "common/analysis/acceptance_labels.h"
#include "common/analysis/agent_labels.h"
#include "common/analysis/request_labels.h"
#include "common/analysis/server_labels.h"

namespace specctl {
namespace {

void AddLabel(std::optional<VerdictLabel> label, Labels& labels) {
  if (label) labels.of_run.push_back(*std::move(label));
}

void AddLabels(std::vector<VerdictLabel> found, Labels& labels) {
  for (VerdictLabel& label : found) labels.of_run.push_back(std::move(label));
}

void AddWindowed(WindowedLabel found, Labels& labels) {
  // Windows may have a label that is too rare for the run.
  for (const size_t window : found.windows) labels.of_windows[window].push_back(found.code);
  AddLabel(std::move(found.of_run), labels);
}

void AddPrefixCache(PrefixCacheCheck check, Labels& labels) {
  AddLabel(std::move(check.label), labels);
  AddLabel(std::move(check.missed), labels);
  if (!check.not_made.empty()) labels.checks_not_made.push_back(std::move(check.not_made));
}

}  // namespace

Labels FindLabels(const Evidence& evidence, const Results& figures) {
  Labels labels;
  labels.of_windows.resize(figures.windows.size());
  AddWindowed(QueuedLabel(figures), labels);
  AddPrefixCache(CheckPrefixCache(evidence, figures), labels);
  AddLabel(OtherTrafficLabel(figures), labels);
  AddLabel(ServerErrorsLabel(evidence.requests), labels);
  AddWindowed(OutageLabel(figures.outages), labels);
  AddLabel(ReplicasChangedLabel(figures.servers, evidence.run.spec().resolve_all), labels);
  AddLabels(OddityLabels(figures.oddities), labels);
  AddWindowed(ServerBurstLabel(evidence.health, figures.windows.size()), labels);
  AddLabels(AgentLabels(evidence.agents), labels);
  AddLabel(ReducedLoadLabel(figures), labels);
  AddLabel(LateStartLabel(figures.agents), labels);
  AddLabel(ControllerLabel(evidence.lives), labels);
  AddLabel(FillUpLabel(figures), labels);
  AddLabel(ShortHoldLabel(figures), labels);
  AddLabel(UntilNotMetLabel(figures), labels);
  AddLabel(TooShortLabel(evidence, figures), labels);
  AddLabel(ContextOverflowLabel(evidence.requests), labels);
  AddLabel(IgnoreEosLabel(evidence.run), labels);
  AddLabel(SyntheticTextLabel(evidence.run.spec()), labels);
  AddLabel(RepeatedPromptsLabel(evidence), labels);
  AddLabel(TotalsOnlyLabel(evidence.requests), labels);
  AddLabels(AcceptanceLabels(evidence.run.spec(), figures), labels);
  AddLabel(TokensUnattributedLabel(figures), labels);
  return labels;
}

}  // namespace specctl
