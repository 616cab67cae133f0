#include "common/compare/run_sample.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "common/analysis/slice_table.h"
#include "common/report/journal_replay.h"

namespace specctl {
namespace {

// What the fold's sink is told, until it is known which part of the run is its headline.
class SampleCollector {
 public:
  void SetSpec(const RunSpec& spec) { spec_ = spec; }

  void AddRequest(const EndedRequest& request, const PlannedRow* row) {
    // Of every stage, unlike figures: what is asked does not change with the load.
    if (request.settled.ok() && row != nullptr) AddReply(request, *row);
    // Figures are compared over the hold alone.
    if (request.settled.stage != Stage::kHold) return;
    // As it was where the hold ended, like the headline.
    requests_.push_back({.settled = request.held.value_or(request.settled),
                         .cached_tokens = request.finish.cached_tokens,
                         .slices = SlicesOf(request.settled, row)});
    AddStepLatencies(request);
  }

  void MoveInto(RunSample& sample) {
    for (auto& [key, first] : replies_) sample.replies.push_back(std::move(first.reply));
    // Without a hold there are no blocks to leave out, so that nobody reads the requests.
    if (sample.results.headline_is_whole_run) return;
    const bool leaves_out = sample.results.hold->windows_left_out > 0;
    if (leaves_out) {
      std::erase_if(requests_, [](const SampledRequest& request) {
        return request.settled.in_invalid_window;
      });
    }
    // Journals of several agents interleave by chance; sums of doubles must not depend on it.
    std::sort(requests_.begin(), requests_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.settled.position, a.settled.turn, a.settled.begin_ns, a.settled.agent) <
             std::tie(b.settled.position, b.settled.turn, b.settled.begin_ns, b.settled.agent);
    });
    sample.requests = std::move(requests_);
    sample.step_latencies = std::move(step_latencies_);
  }

 private:
  struct FirstReply {
    uint64_t position = 0;
    Reply reply;
  };

  // A question that is sent again may be answered otherwise; its first answer stands for it.
  void AddReply(const EndedRequest& request, const PlannedRow& row) {
    const SettledRequest& settled = request.settled;
    FirstReply& first = replies_[{row.question_id, settled.turn}];
    const bool is_first = first.reply.question_id.empty() || settled.position < first.position;
    if (!is_first) return;
    first = {.position = settled.position,
             .reply = {.question_id = row.question_id,
                       .turn = settled.turn,
                       .output_hash = request.finish.output_hash,
                       .text = request.finish.output_text}};
  }

  std::vector<SliceName> SlicesOf(const SettledRequest& settled, const PlannedRow* row) const {
    std::vector<SliceName> slices;
    const auto add = [&](Dimension dimension, std::string key) {
      if (!key.empty()) slices.emplace_back(dimension, std::move(key));
    };
    if (row != nullptr) {
      add(Dimension::kCategory, row->category);
      add(Dimension::kTier, row->tier);
    }
    add(Dimension::kTarget, TargetLabel(spec_, settled.target));
    if (settled.prompt_cache != PromptCache::kUntold) {
      add(Dimension::kPrefix, std::string(PromptCacheName(settled.prompt_cache)));
    }
    return slices;
  }

  // As the fold takes them: of ok requests whose tokens can be given to their chunks.
  void AddStepLatencies(const EndedRequest& request) {
    const SettledRequest& settled = request.held ? *request.held : request.settled;
    if (!settled.ok() || settled.unattributed || settled.in_invalid_window) return;
    IntervalValues values;
    int64_t arrival_ns = request.settled.first_token_ns.value_or(0);  // with gaps it is there
    // Without their uncertainty, which the headline's figure has and which is added in full.
    for (const uint32_t gap_us : request.open.gaps_us) {
      arrival_ns += int64_t{gap_us} * 1000;
      if (settled.cut && arrival_ns >= *settled.end_ns) break;
      values.AddExact(std::chrono::microseconds(gap_us));
    }
    step_latencies_.AddValues(settled.begin_ns / kSecondNs, values);
  }

  RunSpec spec_;
  std::vector<SampledRequest> requests_;
  StepCells step_latencies_;
  std::map<std::pair<std::string, uint32_t>, FirstReply> replies_;
};

}  // namespace

absl::StatusOr<RunSample> ReadRunSample(const std::string& run_dir) {
  SampleCollector collector;
  std::unique_ptr<RunFold> fold;
  fold = std::make_unique<RunFold>([&](const EndedRequest& request) {
    collector.AddRequest(request, fold->RowAt(request.settled.position));
  });
  const auto on_begun = [&](const RunBegun& begun) {
    collector.SetSpec(begun.spec);
    return absl::OkStatus();
  };
  const absl::StatusOr<JournalLoss> loss = ReplayJournal(run_dir, on_begun, *fold);
  if (!loss.ok()) return loss.status();
  RunSample sample{.name = run_dir, .results = fold->Finish()};
  AddJournalLoss(*loss, sample.results);
  collector.MoveInto(sample);
  return sample;
}

}  // namespace specctl
