#include "tests/unit/common/analysis/steady_traffic.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <iterator>
#include <optional>
#include <random>
#include <variant>

#include "common/analysis/precision_watch.h"
#include "common/analysis/run_fold.h"
#include "common/journal/chunk_codec.h"

namespace specctl {
namespace {

constexpr int64_t kStartNs = 1'000'000'000'000;
constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr int kWarmupS = 10, kDrainS = 20;
constexpr double kCellS = 0.05;  // of the server's state

// The server and its load over time: the logarithm of its pace, and how fast requests come.
struct Course {
  std::vector<double> pace, rate;  // by cell

  size_t CellAt(double second) const {
    return std::min(static_cast<size_t>(second / kCellS), pace.size() - 1);
  }
};

Course CourseOf(const SteadyTraffic& traffic, double whole_s, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  const auto cells = static_cast<size_t>(whole_s / kCellS) + 1;
  Course course{.pace = std::vector<double>(cells, 0.0), .rate = std::vector<double>(cells, 1.0)};
  const double kept = std::exp(-kCellS / traffic.pace_memory_s);
  double pace = normal(random);
  bool burst = uniform(random) < traffic.burst_s / (traffic.burst_s + traffic.lull_s);
  for (size_t i = 0; i < cells; ++i) {
    if (traffic.kind == TrafficKind::kAutocorrelated) {
      course.pace[i] = traffic.pace_deviation * pace;
      // Of mean 1.
      const double deviation = traffic.rate_deviation;
      course.rate[i] = std::exp(deviation * pace - deviation * deviation / 2);
      pace = kept * pace + std::sqrt(1 - kept * kept) * normal(random);
    } else if (traffic.kind == TrafficKind::kBursty) {
      course.rate[i] = burst ? 2.0 : 0.5;
      course.pace[i] = burst ? traffic.burst_slowdown : 0;
      const double length_s = burst ? traffic.burst_s : traffic.lull_s;
      if (uniform(random) < kCellS / length_s) burst = !burst;
    }
  }
  return course;
}

struct SimulatedRequest {
  double begin_s = 0;
  std::vector<double> arrivals_s;
  std::vector<uint32_t> tokens;
  double uncut_tokens = 0;  // of all steps after the first token's, were the last one not cut
};

// Its answer, if it begins then: the first token, then steps of one to four tokens.
SimulatedRequest Answered(const SteadyTraffic& traffic, const Course& course, double begin_s,
                          std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  SimulatedRequest request{.begin_s = begin_s};
  double now_s =
      begin_s + 0.1 * std::exp(0.5 * normal(random) + course.pace[course.CellAt(begin_s)]);
  request.arrivals_s.push_back(now_s);
  request.tokens.push_back(1);
  const double accept = 0.35 + 0.5 * uniform(random);  // of this question's drafts
  for (uint32_t left = traffic.osl - 1; left > 0;) {
    now_s += 0.02 * std::exp(0.3 * normal(random) + course.pace[course.CellAt(now_s)]);
    uint32_t length = 1;
    while (length <= 3 && uniform(random) < accept) ++length;
    request.arrivals_s.push_back(now_s);
    request.tokens.push_back(std::min(length, left));
    request.uncut_tokens += length;
    left -= request.tokens.back();
  }
  return request;
}

std::vector<SimulatedRequest> RequestsOf(const SteadyTraffic& traffic, double length_s,
                                         std::mt19937_64& random) {
  // What begins near the end ends beyond it.
  const Course course = CourseOf(traffic, length_s + kDrainS, random);
  std::uniform_real_distribution<double> uniform;
  std::vector<SimulatedRequest> requests;
  for (size_t cell = 0; static_cast<double>(cell) * kCellS < length_s; ++cell) {
    std::poisson_distribution<int> begins(traffic.requests_per_s * kCellS * course.rate[cell]);
    std::vector<double> times;
    for (int i = begins(random); i > 0; --i) {
      times.push_back((static_cast<double>(cell) + uniform(random)) * kCellS);
    }
    std::sort(times.begin(), times.end());
    for (const double time : times) requests.push_back(Answered(traffic, course, time, random));
  }
  return requests;
}

int64_t MonoNs(double second) {
  return kStartNs + static_cast<int64_t>(std::llround(second * 1e9));
}

// The agent's reports, a batch each second.
class Reports {
 public:
  explicit Reports(int length_s) : batches_(static_cast<size_t>(length_s)) {
    for (size_t i = 0; i < batches_.size(); ++i) {
      AgentBatch& batch = batches_[i];
      batch.incarnation = 1;
      batch.seq = i + 1;
      batch.from_mono_ns = kStartNs + static_cast<int64_t>(i) * kNsPerSecond;
      batch.to_mono_ns = batch.from_mono_ns + kNsPerSecond;
      if (i == 0) batch.slots_filled_mono_ns = kStartNs;
    }
    previous_.resize(batches_.size(), 0);
  }

  // In the order of begins.
  void AddRequest(uint64_t ordinal, const SimulatedRequest& request) {
    const int64_t begin_ns = MonoNs(request.begin_s);
    At(begin_ns).begun.push_back({.ordinal = ordinal,
                                  .position = ordinal,
                                  .due_mono_ns = begin_ns,
                                  .begin_mono_ns = begin_ns});
    uint64_t tokens = 0;
    for (size_t i = 0; i < request.tokens.size();) i = AddChunks(ordinal, request, i, tokens);
    const int64_t end_ns = MonoNs(request.arrivals_s.back()) + 1'000'000;
    At(end_ns).finished.push_back({.ordinal = ordinal,
                                   .http_status = 200,
                                   .finish_reason = "length",
                                   .start_mono_ns = begin_ns,
                                   .end_mono_ns = end_ns,
                                   .token_source = TokenSource::kContinuousUsage,
                                   .input_tokens = 10,
                                   .output_tokens = tokens,
                                   .chunks = request.tokens.size()});
  }

  std::vector<AgentBatch> Take() && { return std::move(batches_); }

 private:
  size_t IndexOf(int64_t mono_ns) const {
    return std::min(static_cast<size_t>((mono_ns - kStartNs) / kNsPerSecond), batches_.size() - 1);
  }
  AgentBatch& At(int64_t mono_ns) { return batches_[IndexOf(mono_ns)]; }

  // Those from the `first` on that are of one batch; the first that is not.
  size_t AddChunks(uint64_t ordinal, const SimulatedRequest& request, size_t first,
                   uint64_t& tokens) {
    const size_t index = IndexOf(MonoNs(request.arrivals_s[first]));
    ChunkRunEncoder encoder;
    encoder.Reset(batches_[index].from_mono_ns / 1000);
    size_t i = first;
    for (; i < request.tokens.size() && IndexOf(MonoNs(request.arrivals_s[i])) == index; ++i) {
      encoder.AppendRecord(
          {.arrival_us = MonoNs(request.arrivals_s[i]) / 1000, .tokens = request.tokens[i]});
      tokens += request.tokens[i];
    }
    encoder.AppendSection(ordinal, previous_[index], batches_[index].chunks);
    previous_[index] = ordinal;
    return i;
  }

  std::vector<AgentBatch> batches_;
  std::vector<uint64_t> previous_;  // ordinal, in each batch
};

double QuantileOf(std::vector<double>& values, double q) {
  const auto nth =
      values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size()));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

double MedianOf(std::vector<double> values) { return values.empty() ? 0 : QuantileOf(values, 0.5); }

struct Measurement {
  double value = 0;
  std::optional<double> low, high;
  double effective = 0;
};

Measurement FromEstimate(const std::optional<Estimate>& estimate) {
  if (!estimate) return {};
  return {.value = estimate->value, .low = estimate->low, .high = estimate->high};
}

Measurement FromQuantile(const std::optional<Distribution>& figure, double Distribution::*value,
                         SteadyBounds DistributionIntervals::*bounds) {
  if (!figure) return {};
  Measurement measured{.value = (*figure).*value};
  if (!figure->intervals) return measured;
  measured.low = ((*figure->intervals).*bounds).low;
  measured.high = ((*figure->intervals).*bounds).high;
  measured.effective = figure->intervals->effective;
  return measured;
}

struct CoveredFigure {
  std::string_view key;
  double SteadyTruth::*truth = nullptr;
  std::string_view figure, statistic;  // as a goal names it
};
constexpr CoveredFigure kFigures[] = {
    {"output_tps", &SteadyTruth::output_tps, "output_tps", "value"},
    {"acceptance per_step", &SteadyTruth::per_step, "per_step", "value"},
    {"ttft p50", &SteadyTruth::ttft_p50_ms, "ttft_ms", "p50"},
    {"ttft p99", &SteadyTruth::ttft_p99_ms, "ttft_ms", "p99"},
    {"latency p50", &SteadyTruth::latency_p50_ms, "request_latency_ms", "p50"},
    {"latency p99", &SteadyTruth::latency_p99_ms, "request_latency_ms", "p99"}};
constexpr size_t kCovered = std::size(kFigures);

std::array<Measurement, kCovered> MeasurementsOf(const Results& results) {
  const FigureSet& set = results.headline;
  constexpr auto kP50 = &Distribution::p50, kP99 = &Distribution::p99;
  return {
      FromEstimate(set.throughput.output_tps),
      FromEstimate(set.acceptance ? set.acceptance->per_step : std::nullopt),
      FromQuantile(set.latency.ttft_ms, kP50, &DistributionIntervals::p50),
      FromQuantile(set.latency.ttft_ms, kP99, &DistributionIntervals::p99),
      FromQuantile(set.latency.request_latency_ms, kP50, &DistributionIntervals::p50),
      FromQuantile(set.latency.request_latency_ms, kP99, &DistributionIntervals::p99),
  };
}

// What one figure came to over the runs.
IntervalCoverage Summed(std::string_view figure, double truth,
                        const std::vector<Measurement>& measured) {
  IntervalCoverage coverage{.figure = figure, .runs = static_cast<int>(measured.size())};
  std::vector<double> widths, effective;
  double sum = 0, squares = 0;
  for (const Measurement& each : measured) {
    sum += each.value - truth;
    squares += (each.value - truth) * (each.value - truth);
    effective.push_back(each.effective);
    if (!each.low || !each.high) {
      ++coverage.absent;
      coverage.bounds += each.low || each.high ? 1 : 0;
      const bool missed = (each.low && truth < *each.low) || (each.high && truth > *each.high);
      coverage.bounds_missed += missed ? 1 : 0;
      continue;
    }
    widths.push_back(*each.high - *each.low);
    coverage.below += truth < *each.low ? 1 : 0;
    coverage.above += truth > *each.high ? 1 : 0;
  }
  const double runs = coverage.runs;
  const double deviation = std::sqrt(squares / runs - sum / runs * sum / runs);
  coverage.bias = sum / runs / truth;
  coverage.held = coverage.runs - coverage.absent - coverage.below - coverage.above;
  const double width = MedianOf(widths);
  coverage.width_over_oracle = width / (2 * 1.959964 * deviation);
  coverage.relative_width = width / 2 / truth;
  coverage.effective = MedianOf(effective);
  return coverage;
}

// A run that ends when `watch` has seen enough, as the controller ends it.
class WatchedRun {
 public:
  explicit WatchedRun(PrecisionGoal goal) : goals_({std::move(goal)}), watch_(goals_) {}

  // Its results; nullopt where it was not ended, or its journal can't be folded.
  std::optional<Results> Run(const std::vector<Event>& events) {
    int drained = 0;
    for (const Event& event : events) {
      const bool is_batch = std::holds_alternative<AgentBatch>(event);
      // What is in flight still ends; the rest never happens.
      if (is_batch && watch_.met() && drained++ >= kDrainS) continue;
      if (!fold_.Apply(WithGoals(event)).ok()) return std::nullopt;
      if (is_batch && !watch_.met()) Look(std::get<AgentBatch>(event).to_mono_ns);
    }
    if (!watch_.met()) return std::nullopt;
    return fold_.Finish();
  }
  int looks() const { return looks_; }

 private:
  void Look(int64_t now_ns) {
    const double hold_s = fold_.HoldSeconds();
    if (!watch_.IsDue(hold_s)) return;
    ++looks_;
    const std::optional<FigureSet> figures = fold_.HoldSoFar();
    watch_.OnLook(hold_s, figures ? &*figures : nullptr);
    if (!watch_.met()) return;
    const StageChanged drain{.stage = RunStage::kDraining, .at_mono_ns = now_ns, .reason = ""};
    fold_.Apply(drain).IgnoreError();
  }

  // The run was asked for with them.
  Event WithGoals(Event event) const {
    if (auto* begun = std::get_if<RunBegun>(&event)) begun->spec.load.until = goals_;
    return event;
  }

  const std::vector<PrecisionGoal> goals_;
  PrecisionWatch watch_;
  RunFold fold_;
  int looks_ = 0;
};

}  // namespace

std::string_view TrafficName(TrafficKind kind) {
  switch (kind) {
    case TrafficKind::kIndependent:
      return "independent";
    case TrafficKind::kAutocorrelated:
      return "autocorrelated";
    case TrafficKind::kBursty:
      break;
  }
  return "bursty";
}

std::vector<Event> SteadyJournal(const SteadyTraffic& traffic, uint64_t seed) {
  std::mt19937_64 random(seed);
  const int load_s = kWarmupS + traffic.hold_s;
  const std::vector<SimulatedRequest> requests = RequestsOf(traffic, load_s, random);
  Reports reports(load_s + kDrainS);
  for (size_t i = 0; i < requests.size(); ++i) reports.AddRequest(i, requests[i]);

  RunBegun begun;
  begun.spec.run_id = "20261122-101410-" + std::to_string(seed);
  begun.spec.load.shape = ClosedLoop{1'000};
  begun.spec.load.agents = 1;
  begun.spec.load.warmup = std::chrono::seconds(kWarmupS);
  begun.spec.load.duration = std::chrono::seconds(traffic.hold_s);
  begun.spec.targets = {{.url = "http://vllm:8000"}};
  begun.spec.dataset.rows = requests.size() + 1;
  std::vector<Event> events = {begun};
  events.push_back(TargetProbed{.url = "http://vllm:8000", .engine = "vllm"});
  events.push_back(
      AgentJoined{.agent = 0, .incarnation = 1, .host = {.boot_id = "boot"}, .slots = 1'000});
  events.push_back(Armed{.t0_mono_ns = kStartNs, .t0_unix_ns = kStartNs, .boot_id = "boot"});
  for (AgentBatch& batch : std::move(reports).Take()) events.push_back(std::move(batch));
  const int64_t end_ns = kStartNs + (load_s + kDrainS) * kNsPerSecond;
  events.push_back(AgentEnded{.agent = 0, .lost = false, .reason = "done", .at_mono_ns = end_ns});
  events.push_back(RunEnded{.end = RunEnd::kCompleted, .reason = "", .at_mono_ns = end_ns});
  return events;
}

SteadyTruth TruthOf(const SteadyTraffic& traffic, double requests) {
  std::mt19937_64 random(20'261'130);
  // In stretches: one after another, they need little memory.
  const int stretches = 40;
  const double length_s = requests / stretches / traffic.requests_per_s;
  std::vector<double> ttfts_ms, latencies_ms;
  double tokens = 0, step_tokens = 0, steps = 0;
  for (int i = 0; i < stretches; ++i) {
    for (const SimulatedRequest& request : RequestsOf(traffic, length_s, random)) {
      ttfts_ms.push_back((request.arrivals_s.front() - request.begin_s) * 1e3);
      latencies_ms.push_back((request.arrivals_s.back() - request.begin_s) * 1e3 + 1);
      for (const uint32_t of_chunk : request.tokens) tokens += of_chunk;
      step_tokens += request.uncut_tokens;
      steps += static_cast<double>(request.tokens.size() - 1);
    }
  }
  const auto drawn = static_cast<double>(ttfts_ms.size());
  // The mean of the rates in bursts and lulls, by their lengths; the others have one rate.
  double rate = traffic.requests_per_s;
  if (traffic.kind == TrafficKind::kBursty) {
    rate *= (2.0 * traffic.burst_s + 0.5 * traffic.lull_s) / (traffic.burst_s + traffic.lull_s);
  }
  return {.output_tps = rate * tokens / drawn,
          .per_step = step_tokens / steps,
          .ttft_p50_ms = QuantileOf(ttfts_ms, 0.5),
          .ttft_p99_ms = QuantileOf(ttfts_ms, 0.99),
          .latency_p50_ms = QuantileOf(latencies_ms, 0.5),
          .latency_p99_ms = QuantileOf(latencies_ms, 0.99)};
}

std::vector<IntervalCoverage> IntervalCoverageOf(const SteadyTraffic& traffic, int runs,
                                                 uint64_t first_seed) {
  // So many that its own error is small beside that of the runs' mean.
  const SteadyTruth truth = TruthOf(traffic, std::max(200'000.0, 2'000.0 * runs));
  std::array<std::vector<Measurement>, kCovered> measured;
  for (int run = 0; run < runs; ++run) {
    RunFold fold;
    for (const Event& event : SteadyJournal(traffic, first_seed + static_cast<uint64_t>(run))) {
      if (const absl::Status applied = fold.Apply(event); !applied.ok()) return {};
    }
    const std::array<Measurement, kCovered> of_run = MeasurementsOf(fold.Finish());
    for (size_t i = 0; i < kCovered; ++i) measured[i].push_back(of_run[i]);
  }
  std::vector<IntervalCoverage> coverages;
  for (size_t i = 0; i < kCovered; ++i) {
    coverages.push_back(Summed(kFigures[i].key, truth.*kFigures[i].truth, measured[i]));
  }
  return coverages;
}

StoppedCoverage StoppedCoverageOf(const SteadyTraffic& traffic, std::string_view figure,
                                  double half_width_share, int runs, uint64_t first_seed) {
  const SteadyTruth truth = TruthOf(traffic, std::max(200'000.0, 2'000.0 * runs));
  const auto* const covered =
      std::find_if(std::begin(kFigures), std::end(kFigures),
                   [&](const CoveredFigure& each) { return each.key == figure; });
  const auto index = static_cast<size_t>(covered - std::begin(kFigures));
  StoppedCoverage stopped;
  std::vector<Measurement> measured;
  double looks = 0;
  for (int run = 0; run < runs; ++run) {
    WatchedRun watched({.figure = std::string(covered->figure),
                        .statistic = std::string(covered->statistic),
                        .half_width_share = half_width_share});
    const auto results =
        watched.Run(SteadyJournal(traffic, first_seed + static_cast<uint64_t>(run)));
    if (!results) {
      ++stopped.not_met;
      continue;
    }
    measured.push_back(MeasurementsOf(*results)[index]);
    stopped.hold_s_mean += results->hold->length_s;
    looks += watched.looks();
  }
  const double ended = std::max(1.0, static_cast<double>(measured.size()));
  stopped.hold_s_mean /= ended;
  stopped.looks_mean = looks / ended;
  stopped.coverage = Summed(covered->key, truth.*covered->truth, measured);
  return stopped;
}

}  // namespace specctl
