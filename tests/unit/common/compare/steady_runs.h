// Runs in a steady state, as journals: slots that answer one question after another, with a noise
// that a seed draws.
//
//   const RunSample a = SampleOf(SteadyScript({.seed = 1}));
#pragma once

#include <algorithm>
#include <random>
#include <string>

#include <absl/strings/str_format.h>
#include <gtest/gtest.h>

#include "common/compare/measured_run.h"
#include "common/journal/journal_writer.h"
#include "tests/unit/common/analysis/journal_script.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::testing {

struct SteadyOptions {
  uint64_t seed = 1;
  double begin_s = 0;  // since T0: the first requests
  double seconds = 20;
  uint32_t bs = 4;
  double first_ms = 50, step_ms = 20;  // means; each request's own are up to `noise` off
  double noise = 0.2;
  int chunks = 16;
  double cold_share = 0;      // of the prompts, whose first token takes 3 times as long
  bool tells_cached = false;  // every other prompt has 5 tokens of it cached
};

inline JournalScript SteadyScript(const SteadyOptions& options) {
  JournalScript script({.bs = options.bs, .rows = 400});
  std::mt19937_64 random(options.seed);
  std::uniform_real_distribution<double> factor(1 - options.noise, 1 + options.noise);
  std::vector<double> free_ms(options.bs, options.begin_s * 1000 + 1);
  uint64_t begun = 0;
  for (;;) {
    const auto next = std::min_element(free_ms.begin(), free_ms.end());
    if (*next > options.seconds * 1000) break;
    const bool cold =
        options.cold_share > 0 && std::bernoulli_distribution(options.cold_share)(random);
    const double first_ms = *next + options.first_ms * factor(random) * (cold ? 3 : 1);
    const double step_ms = options.step_ms * factor(random);
    const double end_ms = first_ms + (options.chunks - 1) * step_ms + 1;
    ScriptRequest& request =
        script.Begin({.slot = static_cast<uint32_t>(next - free_ms.begin()), .at_ms = *next})
            .Chunks(options.chunks, first_ms, step_ms, 1)
            .Ok(end_ms);
    if (options.tells_cached) request.finish().cached_tokens = ++begun % 2 == 0 ? 5 : 0;
    *next = end_ms + 1;
  }
  script.spec().run_id = absl::StrFormat("steady-%d-%g", options.seed, options.seconds);
  script.spec().request.temperature = 0.0;
  script.spec().dataset.name = "steady";
  script.target().model = "toy";
  script.target().identity.version = "1.0";
  for (uint64_t row = 0; row < 400; ++row) script.row(row).category = row % 2 ? "math" : "coding";
  return script;
}

inline RunSample SampleOf(const JournalScript& script) {
  const TempDir dir;
  absl::StatusOr<JournalWriter> journal = JournalWriter::Create(dir.File("journal.pb"));
  EXPECT_TRUE(journal.ok()) << journal.status();
  for (const Event& event : script.Events()) journal->AppendEvent(event);
  EXPECT_TRUE(journal->Sync().ok());
  absl::StatusOr<RunSample> sample = ReadRunSample(dir.path());
  EXPECT_TRUE(sample.ok()) << sample.status();
  sample->name = "run";
  return *std::move(sample);
}

inline RunSample SteadyRun(const SteadyOptions& options) { return SampleOf(SteadyScript(options)); }

}  // namespace specctl::testing
