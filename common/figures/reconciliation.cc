#include "common/figures/reconciliation.h"

namespace specctl {
namespace {

constexpr NameTable<ReconciledRow> kRowNames = {{
    {ReconciledRow::kTokens, "tokens"},
    {ReconciledRow::kSteps, "steps"},
    {ReconciledRow::kDrafts, "drafts"},
    {ReconciledRow::kDraftedTokens, "drafted_tokens"},
    {ReconciledRow::kAcceptedTokens, "accepted_tokens"},
    {ReconciledRow::kPerStep, "per_step"},
    {ReconciledRow::kPerDraft, "per_draft"},
}};
static_assert(NamesEach(kRowNames));

constexpr NameTable<ReconciledSource> kSourceNames = {{
    {ReconciledSource::kChunks, "chunks"},
    {ReconciledSource::kCounters, "counters"},
    {ReconciledSource::kPerRequest, "per_request"},
}};
static_assert(NamesEach(kSourceNames));

}  // namespace

std::string_view ReconciledRowName(ReconciledRow row) {
  return kRowNames[static_cast<size_t>(row)].name;
}

std::string_view ReconciledSourceName(ReconciledSource source) {
  return kSourceNames[static_cast<size_t>(source)].name;
}

}  // namespace specctl
