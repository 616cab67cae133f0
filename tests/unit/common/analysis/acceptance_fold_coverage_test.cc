// How often the 95 % interval of the chunk-derived acceptance length holds what it should: the mean
// over all decode steps, uncut, of unlimited questions at the same osl.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "common/analysis/acceptance_fold.h"

namespace specctl {
namespace {

struct Traffic {
  uint32_t osl_tokens = 64;
  double eos = 0.004;         // of each token
  double no_draft_in = 0.1;   // of a step: a stretch without drafts begins
  double no_draft_out = 0.4;  // and ends
  bool late_drafts = false;   // an N-gram proposer that finds nothing in the first tokens
};

struct Reply {
  std::vector<uint32_t> uncut, delivered;  // by decode step
};

// Acceptance differs from question to question, draft lengths from step to step.
Reply Answer(const Traffic& traffic, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform;
  const double accept = 0.35 + 0.5 * uniform(random);
  bool drafting =
      uniform(random) < traffic.no_draft_out / (traffic.no_draft_in + traffic.no_draft_out);
  uint32_t tokens = 1;
  Reply reply;
  bool ended = uniform(random) < traffic.eos;
  while (!ended && tokens < traffic.osl_tokens) {
    const bool late = traffic.late_drafts && tokens < 12 && uniform(random) < 1 - tokens / 12.0;
    const uint32_t width = 1 + static_cast<uint32_t>(random() % 4);
    uint32_t length = 1;
    while (drafting && !late && length <= width && uniform(random) < accept) ++length;
    uint32_t delivered = 0;
    while (delivered < length && tokens < traffic.osl_tokens && !ended) {
      ++delivered;
      ++tokens;
      ended = uniform(random) < traffic.eos;
    }
    reply.uncut.push_back(length);
    reply.delivered.push_back(delivered);
    drafting = uniform(random) < (drafting ? 1 - traffic.no_draft_in : traffic.no_draft_out);
  }
  return reply;
}

double TrueLength(const Traffic& traffic) {
  std::mt19937_64 random(7);
  double tokens = 0, steps = 0;
  for (uint32_t i = 0; i < 4'000'000 / traffic.osl_tokens; ++i) {
    const Reply reply = Answer(traffic, random);
    for (const uint32_t length : reply.uncut) tokens += length;
    steps += static_cast<double>(reply.uncut.size());
  }
  return tokens / steps;
}

std::optional<Estimate> Measure(const Traffic& traffic, int questions, std::mt19937_64& random) {
  StepStore store;
  std::vector<SettledRequest> requests(static_cast<size_t>(questions));
  RequestSet set;
  for (SettledRequest& request : requests) {
    request.question = set.size();
    request.outcome = Outcome::kOk;
    const Reply reply = Answer(traffic, random);
    RequestSteps steps;
    if (!reply.delivered.empty()) {
      StepHistogram chunks;
      for (const uint32_t tokens : reply.delivered) chunks.Add(tokens);
      steps.lengths.whole = chunks;
      StepHistogram last;
      last.Add(reply.delivered.back());
      steps.lengths.whole.Remove(last);
      steps.lengths.cut = last;
      steps.steps = chunks.steps();
      steps.delivered = chunks.tokens();
    }
    request.steps[static_cast<size_t>(StepSource::kChunks)] = store.AddSteps(steps);
    set.push_back(&request);
  }
  const auto figures = AcceptanceFromChunks({.requests = &set, .bases = {}, .store = &store});
  return figures ? figures->per_step : std::nullopt;
}

struct Coverage {
  double held = 0, bias = 0;  // of the truth
};

Coverage CoverageOf(const Traffic& traffic, int questions, int runs) {
  const double truth = TrueLength(traffic);
  std::mt19937_64 random(11);
  Coverage coverage;
  for (int run = 0; run < runs; ++run) {
    const std::optional<Estimate> length = Measure(traffic, questions, random);
    if (!length || !length->low) continue;
    coverage.bias += (length->value - truth) / truth / runs;
    if (*length->low <= truth && truth <= *length->high) coverage.held += 1.0 / runs;
  }
  std::printf("osl %3u, %3d questions: held %.3f, bias %+.2f %%, truth %.3f\n", traffic.osl_tokens,
              questions, coverage.held, 100 * coverage.bias, truth);
  return coverage;
}

TEST(AcceptanceCoverageTest, TheIntervalHoldsTheMeanOfUnlimitedQuestions) {
  for (const uint32_t osl_tokens : {8u, 16u, 64u, 256u}) {
    const Coverage coverage = CoverageOf({.osl_tokens = osl_tokens}, 80, 1'000);
    EXPECT_GT(coverage.held, 0.93) << osl_tokens;
    EXPECT_LT(coverage.held, 0.97) << osl_tokens;
    EXPECT_LT(std::abs(coverage.bias), 0.01) << osl_tokens;
  }
}

TEST(AcceptanceCoverageTest, DraftsThatStartLateMakeShortRepliesTooSmall) {
  const Coverage coverage = CoverageOf({.osl_tokens = 8, .late_drafts = true}, 80, 1'000);
  EXPECT_GT(coverage.bias, -0.03);
  EXPECT_LT(coverage.bias, 0);
}

}  // namespace
}  // namespace specctl
