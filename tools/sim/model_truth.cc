#include "tools/sim/model_truth.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/json_writer.h"
#include "common/stats/quantiles.h"

namespace specctl::sim {
namespace {

// Each slot's first request is the load's start, its last one the end.
constexpr uint64_t kRequestsPerSlot = 20;
constexpr uint64_t kTruthRequestsMin = 4000;

struct Followed {
  MonoTime begun, first, last;
  uint64_t tokens = 0, first_tokens = 0, steps = 0, uncut = 0;
};

// A closed loop on the batch model: who ends begins again at once.
class VirtualLoop {
 public:
  VirtualLoop(const BatchOptions& options, const AcceptanceModel& acceptance, const TruthLoad& load,
              uint32_t bs)
      : model_(options),
        acceptance_(acceptance),
        load_(load),
        bs_(bs),
        requests_(std::max(kTruthRequestsMin, kRequestsPerSlot * bs)) {}

  void Run() {
    for (uint32_t slot = 0; slot < bs_; ++slot) Begin();
    while (const auto end = model_.StepEnd()) {
      now_ = *end;
      uint64_t ended = 0;
      for (const StepOutput& output : model_.Advance(now_)) ended += TakeOutput(output) ? 1 : 0;
      for (; ended > 0; --ended) Begin();
    }
  }

  ModelTruth Truth(const BatchOptions& options) const {
    ModelTruth truth{.bs = bs_, .requests = user_tps_.size()};
    // Others wait.
    const uint64_t decoding = std::min(bs_, options.batch_max);
    const StepWork work{
        .decoding = decoding,
        .draft_tokens = options.draft_length,
        .kv_tokens = decoding * (uint64_t{load_.isl_tokens} + load_.osl_tokens / 2)};
    truth.decode_step_ms = Seconds(StepTime(options.time, work)) * 1e3;
    if (steps_ > 0) {
      truth.step_latency_ms = Seconds(stepping_) * 1e3 / static_cast<double>(steps_);
      truth.acceptance_length = static_cast<double>(uncut_) / static_cast<double>(steps_);
    }
    if (until_ > from_) {
      truth.output_tps = static_cast<double>(tokens_) / Seconds(until_ - from_);
    }
    if (const auto user_tps = Describe(user_tps_)) truth.user_tps_p50 = user_tps->p50;
    if (const auto ttft_ms = Describe(ttft_ms_)) truth.ttft_p50_ms = ttft_ms->p50;
    truth.preemptions = model_.counters().preemptions;
    return truth;
  }

 private:
  void Begin() {
    if (begun_ == requests_) return;
    const uint64_t id = begun_++;
    // From here on slots that end stay empty.
    if (begun_ == requests_) until_ = now_;
    SequenceSpec spec;
    spec.id = id;
    spec.prompt_tokens = load_.isl_tokens;
    spec.output_tokens = spec.tokens_max = load_.osl_tokens;
    spec.draws = Draws{SplitMix64(id)};
    const auto rates = acceptance_.Conditional("");
    spec.acceptance.assign(rates.begin(), rates.end());
    open_[id].begun = now_;
    model_.AddSequence(std::move(spec), now_);
  }

  // Whether the request has ended.
  bool TakeOutput(const StepOutput& output) {
    Followed& request = open_[output.id];
    if (output.step == 0) {
      request.first = now_;
      request.first_tokens = output.tokens;
    } else if (output.decode) {
      ++request.steps;
      request.uncut += 1 + output.accepted;
    }
    request.last = now_;
    request.tokens += output.tokens;
    // The steady state begins when every slot has ended a request.
    if (ended_ >= bs_ && begun_ < requests_) tokens_ += output.tokens;
    if (output.finish == Finish::kNo) return false;
    if (++ended_ == bs_) from_ = now_;
    // Those that began in it, and ended before slots stay empty.
    if (request.begun >= from_ && ended_ > bs_ && begun_ < requests_) Count(request);
    open_.erase(output.id);
    return true;
  }

  void Count(const Followed& request) {
    ttft_ms_.push_back(Seconds(request.first - request.begun) * 1e3);
    stepping_ += request.last - request.first;
    steps_ += request.steps;
    uncut_ += request.uncut;
    if (request.last == request.first) return;
    user_tps_.push_back(static_cast<double>(request.tokens - request.first_tokens) /
                        Seconds(request.last - request.first));
  }

  BatchModel model_;
  const AcceptanceModel& acceptance_;
  const TruthLoad& load_;
  const uint32_t bs_;
  const uint64_t requests_;
  MonoTime now_{};
  MonoTime from_{}, until_{};
  uint64_t begun_ = 0, ended_ = 0, tokens_ = 0, steps_ = 0, uncut_ = 0;
  Nanos stepping_{0};
  std::map<uint64_t, Followed> open_;
  std::vector<double> user_tps_, ttft_ms_;
};

}  // namespace

ModelTruth FindTruth(const BatchOptions& options, const AcceptanceModel& acceptance,
                     const TruthLoad& load, uint32_t bs) {
  VirtualLoop loop(options, acceptance, load, bs);
  loop.Run();
  return loop.Truth(options);
}

std::string ModelTruthJson(const BatchOptions& options, const AcceptanceModel& acceptance,
                           const TruthLoad& load) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("isl_tokens", load.isl_tokens);
  json.Field("osl_tokens", load.osl_tokens);
  json.Field("draft_length", options.draft_length);
  json.ObjectsField("loads", load.bs, [&](uint32_t bs) {
    const ModelTruth truth = FindTruth(options, acceptance, load, bs);
    json.Field("bs", truth.bs);
    json.Field("decode_step_ms", truth.decode_step_ms);
    json.Field("step_latency_ms", truth.step_latency_ms);
    json.Field("acceptance_length", truth.acceptance_length);
    json.Field("output_tps", truth.output_tps);
    json.Field("user_tps_p50", truth.user_tps_p50);
    json.Field("ttft_p50_ms", truth.ttft_p50_ms);
    json.Field("requests", truth.requests);
    json.Field("preemptions", truth.preemptions);
  });
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl::sim
