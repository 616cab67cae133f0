#include "tests/unit/common/analysis/journal_script.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace specctl {
namespace {

constexpr int64_t kBatchNs = 200 * kMs;

int64_t Ns(double ms) { return kT0MonoNs + std::llround(ms * 1e6); }
bool In(int64_t time_ns, int64_t from_ns, int64_t to_ns) {
  return time_ns >= from_ns && time_ns < to_ns;
}

}  // namespace

ScriptRequest& ScriptRequest::Chunk(double at_ms, std::optional<uint32_t> tokens, bool reasoning) {
  chunks_.push_back({.arrival_us = Ns(at_ms) / 1000, .tokens = tokens, .reasoning = reasoning});
  return *this;
}

ScriptRequest& ScriptRequest::Within(uint64_t us) {
  chunks_.back().uncertainty_us = us;
  return *this;
}

ScriptRequest& ScriptRequest::SameStep() {
  chunks_.back().same_step = true;
  return *this;
}

ScriptRequest& ScriptRequest::Chunks(int count, double at_ms, double every_ms, uint32_t tokens) {
  for (int i = 0; i < count; ++i) Chunk(at_ms + i * every_ms, tokens);
  return *this;
}

RequestFinished& ScriptRequest::End(double at_ms) {
  RequestFinished& finish = finish_.emplace();
  finish.ordinal = begun_.ordinal;
  finish.end_mono_ns = Ns(at_ms);
  finish.start_mono_ns = begun_.begin_mono_ns;
  finish.token_source = TokenSource::kContinuousUsage;
  finish.chunks = chunks_.size();
  return finish;
}

ScriptRequest& ScriptRequest::Ok(double at_ms, std::string finish_reason) {
  RequestFinished& finish = End(at_ms);
  finish.finish_reason = std::move(finish_reason);
  finish.http_status = 200;
  finish.input_tokens = 10;
  uint64_t tokens = 0;
  for (const ChunkRecord& chunk : chunks_) {
    if (!chunk.tokens) return *this;
    tokens += *chunk.tokens;
  }
  finish.output_tokens = tokens;
  return *this;
}

ScriptRequest& ScriptRequest::Fail(double at_ms, Outcome outcome, FailureKind failure) {
  RequestFinished& finish = End(at_ms);
  finish.outcome = outcome;
  finish.failure = failure;
  return *this;
}

JournalScript::JournalScript(const Options& options) : options_(options) {
  RunSpec& spec = begun_.spec;
  spec.run_id = "20261122-101410-7f3a";
  spec.load.shape = ClosedLoop{options.bs};
  spec.load.agents = options.agents;
  spec.load.ramp = std::chrono::milliseconds(options.ramp_ms);
  spec.load.warmup = std::chrono::milliseconds(options.warmup_ms);
  if (options.duration_ms) spec.load.duration = std::chrono::milliseconds(*options.duration_ms);
  spec.targets = {{.url = "http://vllm:8000"}};
  spec.server_metrics = options.metrics;
  if (options.metrics) spec.metrics_urls = {"http://vllm:8000/metrics"};
  spec.dataset.rows = options.rows;
  target_.url = spec.targets[0].url;
  target_.engine = "vllm";
  for (uint64_t row = 0; row < options.rows; ++row) {
    rows_[row] = {.order_index = row, .question_id = std::to_string(row), .turns = options.turns};
  }
  for (uint32_t agent = 0; agent < options.agents; ++agent) hosts_[agent].boot_id = "boot";
}

ScriptRequest& JournalScript::Begin(const BeginOptions& options) {
  ScriptRequest& request = requests_.emplace_back();
  uint64_t& count = begun_by_agent_[options.agent];
  request.agent_ = options.agent;
  request.begun_.ordinal = count;
  request.begun_.position = options.position.value_or(options.agent + count * options_.agents);
  request.begun_.turn = options.turn;
  request.begun_.slot = options.slot;
  request.begun_.due_mono_ns = Ns(options.due_ms.value_or(options.at_ms));
  request.begun_.begin_mono_ns = Ns(options.at_ms);
  ++count;
  return request;
}

void JournalScript::Unassign(uint32_t agent, UnassignedReason reason, uint64_t requests) {
  unassigned_[agent].push_back({.reason = reason, .requests = requests});
}

void JournalScript::Shed(uint32_t agent, uint64_t position, double due_ms, uint32_t turns) {
  shed_[agent].push_back({.position = position, .turns = turns, .due_mono_ns = Ns(due_ms)});
}

void JournalScript::Lose(uint32_t agent, double at_ms) { lost_ms_[agent] = at_ms; }

void JournalScript::LoseAndGoOn(uint32_t agent, double at_ms, double noticed_ms) {
  Lose(agent, at_ms);
  noticed_ms_[agent] = noticed_ms;
  spec().load.degrades_on_agent_loss = true;
}

void JournalScript::Scrape(ScrapeKind kind, double at_ms,
                           const std::map<std::string, double>& samples) {
  Scraped& scraped = scrapes_.emplace_back();
  scraped.kind = kind;
  scraped.begin_mono_ns = scraped.end_mono_ns = Ns(at_ms);
  for (const auto& [name, value] : samples) {
    const auto [found, is_new] = series_.try_emplace(name, static_cast<uint32_t>(series_.size()));
    if (is_new) {
      MetricSeries series{.series = found->second, .name = name};
      if (const size_t brace = name.find("{position="); brace != std::string::npos) {
        series.name = name.substr(0, brace);
        series.labels = {{"position", name.substr(brace + 10, name.size() - brace - 11)}};
      }
      scraped.new_series.push_back(series);
    }
    scraped.samples.emplace_back(found->second, value);
  }
}

uint32_t JournalScript::SlotsOf(uint32_t agent) const {
  return options_.bs / options_.agents + (agent < options_.bs % options_.agents ? 1 : 0);
}

double JournalScript::EndMs() const {
  double end_ms = 0;
  for (const ScriptRequest& request : requests_) {
    int64_t last_ns = request.begun_.begin_mono_ns;
    if (!request.chunks_.empty()) last_ns = request.chunks_.back().arrival_us * 1000;
    if (request.finish_) last_ns = request.finish_->end_mono_ns;
    end_ms = std::max(end_ms, static_cast<double>(last_ns - kT0MonoNs) / 1e6);
  }
  return cut_ms_.value_or(end_ms + 1);
}

AgentHealth& JournalScript::Health(uint32_t agent, uint32_t second) {
  const int64_t from_ns = kT0MonoNs + int64_t{second} * 1'000 * kMs;
  AgentHealth& health = health_[{agent, from_ns + 1'000 * kMs}];
  health.from_mono_ns = from_ns;
  health.at_mono_ns = from_ns + 1'000 * kMs;
  return health;
}

AgentBatch JournalScript::BatchAt(uint32_t agent, int64_t from_ns, int64_t to_ns,
                                  const std::vector<const ScriptRequest*>& requests) const {
  AgentBatch batch;
  batch.agent = agent;
  batch.incarnation = 7;
  batch.from_mono_ns = from_ns;
  batch.to_mono_ns = to_ns;
  batch.real_minus_mono_ns = kT0UnixNs - kT0MonoNs;
  if (const auto found = health_.find({agent, to_ns}); found != health_.end()) {
    batch.health = found->second;
  }
  if (const auto found = shed_.find(agent); found != shed_.end()) {
    for (const ShedArrival& shed : found->second) {
      if (In(shed.due_mono_ns, from_ns, to_ns)) batch.shed.push_back(shed);
    }
  }
  uint64_t previous = 0;
  for (const ScriptRequest* request : requests) {
    if (In(request->begun_.begin_mono_ns, from_ns, to_ns)) batch.begun.push_back(request->begun_);
    ChunkRunEncoder encoder;
    encoder.Reset(from_ns / 1000);
    for (const ChunkRecord& chunk : request->chunks_) {
      if (In(chunk.arrival_us * 1000, from_ns, to_ns)) encoder.AppendRecord(chunk);
    }
    if (encoder.count() > 0) {
      encoder.AppendSection(request->begun_.ordinal, previous, batch.chunks);
      previous = request->begun_.ordinal;
    }
    if (request->finish_ && In(request->finish_->end_mono_ns, from_ns, to_ns)) {
      batch.finished.push_back(*request->finish_);
    }
  }
  return batch;
}

// As agents say it: when the last slot had begun a request, and when one first had no more to do.
void JournalScript::SetSlotTimes(uint32_t agent, const std::vector<const ScriptRequest*>& requests,
                                 std::vector<AgentBatch>& batches) const {
  std::map<uint32_t, int64_t> first_begin, last_end;
  for (const ScriptRequest* request : requests) {
    const uint32_t slot = request->begun_.slot;
    first_begin.try_emplace(slot, request->begun_.begin_mono_ns);
    // After a failure it backs off.
    const bool is_free = request->finish_ && request->finish_->outcome != Outcome::kFailed;
    last_end[slot] = is_free ? request->finish_->end_mono_ns : INT64_MAX;
  }
  std::optional<int64_t> filled, idle;
  if (first_begin.size() == SlotsOf(agent)) {
    for (const auto& [slot, time_ns] : first_begin)
      filled = std::max(filled, std::optional(time_ns));
  }
  for (const auto& [slot, time_ns] : last_end) idle = std::min(idle.value_or(time_ns), time_ns);
  for (AgentBatch& batch : batches) {
    const auto here = [&](std::optional<int64_t> time) {
      return time && In(*time, batch.from_mono_ns, batch.to_mono_ns) ? time : std::nullopt;
    };
    batch.slots_filled_mono_ns = here(filled);
    batch.first_idle_mono_ns = here(idle);
  }
}

std::vector<AgentBatch> JournalScript::BatchesOf(uint32_t agent) const {
  std::vector<const ScriptRequest*> requests;
  for (const ScriptRequest& request : requests_) {
    if (request.agent_ == agent) requests.push_back(&request);
  }
  const auto lost = lost_ms_.find(agent);
  const double end_ms = lost == lost_ms_.end() ? EndMs() : lost->second;
  std::vector<AgentBatch> batches;
  for (int64_t from_ns = kT0MonoNs; from_ns < Ns(end_ms); from_ns += kBatchNs) {
    if (lost != lost_ms_.end() && from_ns + kBatchNs > Ns(end_ms)) break;
    batches.push_back(BatchAt(agent, from_ns, from_ns + kBatchNs, requests));
    batches.back().seq = batches.size();
  }
  SetSlotTimes(agent, requests, batches);
  if (const auto found = unassigned_.find(agent); found != unassigned_.end() && !batches.empty()) {
    batches.back().unassigned = found->second;
  }
  return batches;
}

void JournalScript::AppendHead(std::vector<Event>& events) const {
  RunBegun begun = begun_;
  begun.planned_requests = options_.planned;
  if (!options_.planned && !options_.duration_ms) begun.planned_requests = requests_.size();
  events.emplace_back(begun);
  for (const auto& [index, row] : rows_) events.emplace_back(row);
  events.emplace_back(target_);
  for (const auto& [agent, host] : hosts_) {
    events.emplace_back(
        AgentJoined{.agent = agent, .incarnation = 7, .host = host, .slots = SlotsOf(agent)});
  }
  events.emplace_back(Armed{.t0_mono_ns = kT0MonoNs, .t0_unix_ns = kT0UnixNs, .boot_id = "boot"});
  for (const Scraped& scraped : scrapes_) {
    if (scraped.kind != ScrapeKind::kAfter) events.emplace_back(scraped);
  }
}

void JournalScript::AppendTail(std::vector<Event>& events) const {
  if (cut_ms_) return;
  for (const auto& [agent, host] : hosts_) {
    const auto lost = lost_ms_.find(agent);
    if (noticed_ms_.contains(agent)) continue;
    AgentEnded ended{.agent = agent, .lost = lost != lost_ms_.end()};
    if (ended.lost) ended.reason = "agent " + std::to_string(ended.agent) + " was killed";
    events.emplace_back(ended);
  }
  for (const Scraped& scraped : scrapes_) {
    if (scraped.kind == ScrapeKind::kAfter) events.emplace_back(scraped);
  }
  events.emplace_back(RunEnded{});
}

void JournalScript::AppendNoticed(int64_t since_ns, int64_t until_ns,
                                  std::vector<Event>& events) const {
  for (const auto& [agent, noticed_ms] : noticed_ms_) {
    const int64_t at_ns = Ns(noticed_ms);
    if (at_ns < since_ns || at_ns >= until_ns) continue;
    events.emplace_back(AgentEnded{.agent = agent,
                                   .lost = true,
                                   .reason = "agent " + std::to_string(agent) + " was killed",
                                   .at_mono_ns = at_ns});
  }
}

std::vector<Event> JournalScript::Events(bool agent_major) const {
  std::vector<Event> events;
  AppendHead(events);
  std::vector<AgentBatch> batches;
  for (const auto& [agent, host] : hosts_) {
    for (AgentBatch& batch : BatchesOf(agent)) batches.push_back(std::move(batch));
  }
  if (!agent_major) {
    std::stable_sort(batches.begin(), batches.end(), [](const AgentBatch& a, const AgentBatch& b) {
      return a.to_mono_ns < b.to_mono_ns;
    });
  }
  bool drained = !drain_ms_;
  int64_t noticed_ns = 0;
  for (AgentBatch& batch : batches) {
    if (!drained && batch.from_mono_ns >= Ns(*drain_ms_)) {
      events.emplace_back(StageChanged{.stage = RunStage::kDraining, .at_mono_ns = Ns(*drain_ms_)});
      drained = true;
    }
    const int64_t told_ns = std::exchange(noticed_ns, batch.to_mono_ns);
    AppendNoticed(told_ns, batch.to_mono_ns, events);
    events.emplace_back(std::move(batch));
  }
  AppendNoticed(noticed_ns, std::numeric_limits<int64_t>::max(), events);
  AppendTail(events);
  return events;
}

Results Fold(const std::vector<Event>& events, std::vector<EndedRequest>* requests) {
  RunFold fold([&](const EndedRequest& request) {
    if (requests != nullptr) requests->push_back(request);
  });
  for (const Event& event : events) {
    const absl::Status applied = fold.Apply(event);
    EXPECT_TRUE(applied.ok()) << applied;
  }
  return fold.Finish();
}

const SliceFigures* FindSlice(const Results& results, Dimension by, const std::string& key) {
  for (const SliceFigures& slice : results.slices) {
    if (slice.by == by && slice.key == key) return &slice;
  }
  return nullptr;
}

bool HasReason(const Verdict& verdict, ReasonCode code) {
  return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                     [&](const VerdictReason& reason) { return reason.code == code; });
}

}  // namespace specctl
