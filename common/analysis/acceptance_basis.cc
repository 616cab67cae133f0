#include "common/analysis/acceptance_basis.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "common/analysis/acceptance_counters.h"

namespace specctl {
namespace {

// Whether enough of the target's requests tell what the basis needs; notes how many.
bool HaveBasis(std::span<const SettledRequest> requests, const StepBasis& basis,
               TargetAcceptance& told) {
  uint64_t ok = 0, known = 0;
  for (const SettledRequest& request : requests) {
    if (!request.ok() || request.target != told.target) continue;
    const bool tells = Tells(request.StepsFrom(basis.source).detail, basis.detail);
    if (!tells && request.has_no_step()) continue;
    ++ok;
    if (tells) ++known;
  }
  if (ok == 0) return false;
  const double share = static_cast<double>(known) / static_cast<double>(ok);
  if (share < kSourceShareMin) return false;
  told.requests = known;
  told.share = share;
  return true;
}

// A number of steps alone tells less than chunks do, and checks them.
constexpr StepBasis kStepsAlone{.source = StepSource::kStats, .detail = StepDetail::kSteps};

// The first source that is good for the target, with as much detail as there is.
std::optional<StepBasis> FirstGood(std::span<const SettledRequest> requests,
                                   TargetAcceptance& told) {
  // What the server says of each request comes before what its chunks look like; a source is left
  // only when it tells too few requests anything at all.
  for (const StepSource source : {StepSource::kStats, StepSource::kTimings, StepSource::kChunks}) {
    for (const StepDetail detail :
         {StepDetail::kEach, StepDetail::kCount, StepDetail::kDraftTokens}) {
      const StepBasis basis{.source = source, .detail = detail};
      if (HaveBasis(requests, basis, told)) return basis;
    }
  }
  if (HaveBasis(requests, kStepsAlone, told)) return kStepsAlone;
  return std::nullopt;
}

// Sums over all of a target's requests.
struct TargetSums {
  bool all_ok = true, any_draft = false, any_long_chunk = false;
  uint64_t output_tokens = 0, chunk_steps = 0, without_stats = 0;
  uint64_t told_steps = 0, chunk_steps_told = 0;  // of requests with statistics
  uint64_t contradictory = 0;                     // ok requests with statistics of no use
  std::optional<uint32_t> draft_length;           // the longest that statistics tell
};

TargetSums SumsOf(std::span<const SettledRequest> requests, uint32_t target) {
  TargetSums sums;
  for (const SettledRequest& request : requests) {
    if (request.target != target) continue;
    sums.all_ok = sums.all_ok && request.ok();
    const uint64_t chunk_steps = request.chunks > 1 ? request.chunks - 1 : 0;
    sums.chunk_steps += chunk_steps;
    sums.output_tokens += request.output_tokens.value_or(0);
    if (request.ok() && request.contradictory_statistics) ++sums.contradictory;
    // nullopt, not told, is less than every length.
    sums.draft_length = std::max(sums.draft_length, std::optional<uint32_t>(request.draft_length));
    const StepSums& stats = request.StepsFrom(StepSource::kStats);
    const StepSums& timings = request.StepsFrom(StepSource::kTimings);
    const StepSums& chunks = request.StepsFrom(StepSource::kChunks);
    sums.any_draft = sums.any_draft || stats.drafts > 0 || timings.drafted > 0;
    // Several tokens in one chunk: the sign of speculation where nothing else is told.
    sums.any_long_chunk = sums.any_long_chunk || chunks.delivered > chunks.steps;
    // Its chunks are left out below, too: chunks and steps must be of the same requests.
    if (stats.detail < StepDetail::kSteps) {
      ++sums.without_stats;
      continue;
    }
    sums.told_steps += stats.steps;
    sums.chunk_steps_told += chunk_steps;
  }
  return sums;
}

// Whether the target's counters are of this run's requests: tokens of others may be few.
bool CountersAreOurs(const TargetSums& sums, const TargetFacts& facts) {
  constexpr double kForeignShareMax = 0.005;
  // Steps of a request that ended badly may never have reached the client.
  if (!sums.all_ok || facts.counters == nullptr) return false;
  const auto ours = static_cast<double>(sums.output_tokens);
  return facts.counters->engine_steps.value_or(0) > 0 &&
         facts.counters->generated_tokens.value_or(ours) <= ours * (1 + kForeignShareMax);
}

// Of merged responses the statistics leave the number of steps open: they are held against the
// counters, where every request has them.
bool StepsAgree(const TargetSums& sums, const TargetFacts& facts) {
  constexpr double kApartShareMax = 0.01;
  if (!CountersAreOurs(sums, facts) || sums.without_stats > 0) return true;
  const double counted = *facts.counters->engine_steps;
  return std::abs(static_cast<double>(sums.told_steps) - counted) <= kApartShareMax * counted;
}

// 1 - chunks after each request's first / steps, at least 0; nullopt where the number of steps is
// unknown or clearly smaller (an engine that sends a chunk a token).
std::optional<double> MergedShare(const TargetSums& sums, const TargetFacts& facts) {
  double chunks = static_cast<double>(sums.chunk_steps_told);
  double steps = static_cast<double>(sums.told_steps);
  // The engine's own count covers also the requests without statistics.
  if (CountersAreOurs(sums, facts)) {
    chunks = static_cast<double>(sums.chunk_steps);
    steps = *facts.counters->engine_steps;
  }
  if (!(steps > 0) || !facts.chunk_is_step) return std::nullopt;
  const double share = 1 - chunks / steps;
  // A little below 0 is noise of the counters.
  if (share < -kMergedShareMax) return std::nullopt;
  return std::max(share, 0.0);
}

std::optional<uint32_t> DraftLengthOf(const TargetSums& sums, const TargetFacts& facts) {
  // What the probe found, then what responses told, then how many positions the counters have.
  if (facts.draft_length) return facts.draft_length;
  if (sums.draft_length) return sums.draft_length;
  if (facts.counters == nullptr || facts.counters->accepted_by_position.empty()) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(facts.counters->accepted_by_position.size());
}

bool Speculates(const TargetSums& sums, const TargetFacts& facts,
                const std::optional<uint32_t>& draft_length) {
  if (draft_length.value_or(0) > 0 || sums.any_draft) return true;
  // An engine that has the counter and did not move it did not speculate, whatever chunks look
  // like.
  if (facts.counters != nullptr && facts.counts_drafts) {
    if (facts.counters->drafts) return *facts.counters->drafts > 0;
    if (facts.always_counts_drafts) return false;
  }
  return sums.any_long_chunk;
}

// Why chunks can't tell the target's acceptance; empty: they can.
std::string WhyNotChunks(std::span<const SettledRequest> requests, const TargetSums& sums,
                         const TargetAcceptance& told, const StepStore& store) {
  if (told.merged_share && *told.merged_share > kMergedShareMax) {
    return "too many steps were merged into the chunks of others";
  }
  // Chunks and steps of the requests that tell both.
  if (static_cast<double>(sums.chunk_steps_told) >
      static_cast<double>(sums.told_steps) * (1 + kMergedShareMax)) {
    return "its chunks are more than the steps that its statistics count";
  }
  if (!told.draft_length) return "";
  RequestSet of_target;
  for (const SettledRequest& request : requests) {
    if (request.target == told.target) of_target.push_back(&request);
  }
  const auto chunks = AcceptanceFromChunks({.requests = &of_target, .bases = {}, .store = &store});
  if (chunks && chunks->per_step && chunks->per_step->value > 1.0 + *told.draft_length) {
    // Merged beyond what the merged share shows: no step can be longer.
    return "some chunks are longer than a draft and its bonus token";
  }
  return "";
}

}  // namespace

std::vector<TargetBasis> ChooseBases(std::span<const SettledRequest> requests,
                                     std::span<const TargetFacts> targets, const StepStore& store) {
  std::vector<TargetBasis> bases(targets.size());
  for (uint32_t i = 0; i < targets.size(); ++i) {
    TargetBasis& target = bases[i];
    TargetAcceptance& told = target.told;
    told.target = i;
    const TargetSums sums = SumsOf(requests, i);
    told.draft_length = DraftLengthOf(sums, targets[i]);
    told.merged_share = MergedShare(sums, targets[i]);
    told.contradictory = sums.contradictory;
    told.speculates = Speculates(sums, targets[i], told.draft_length);
    if (!told.speculates) continue;
    target.basis = FirstGood(requests, told);
    if (!target.basis) {
      told.why_none = "its responses don't report their steps";
    } else if (target.basis->source == StepSource::kStats && !StepsAgree(sums, targets[i])) {
      told.why_none = "its statistics disagree with the steps that the server counted";
      target.basis.reset();
    } else if (target.basis->source == StepSource::kChunks) {
      told.why_none = WhyNotChunks(requests, sums, told, store);
      if (!told.why_none.empty()) target.basis.reset();
      if (!target.basis && HaveBasis(requests, kStepsAlone, told) && StepsAgree(sums, targets[i])) {
        target.basis = kStepsAlone;
        told.why_none.clear();
      }
    }
    if (target.basis) {
      told.source = NamedSource(target.basis->source);
    } else if (targets[i].counters != nullptr &&
               AcceptanceOfCounters(*targets[i].counters, sums.all_ok)) {
      told.source = AcceptanceSource::kCounters;
    }
  }
  return bases;
}

}  // namespace specctl
