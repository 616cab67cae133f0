#include "common/analysis/run_state.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/analysis/failure_text.h"

namespace specctl {
namespace {

// A damaged journal must not ask for the memory of 4 billion.
constexpr uint32_t kAgentsMax = 65'536;

}  // namespace

RunState::RunState(RunFold::RequestSink sink, RunFold::Chunks chunks)
    : settlement(std::move(sink)), batches(run, windows, health, [this](EndedRequest request) {
        OnFinished(std::move(request));
      }) {
  run.keep_chunks = chunks == RunFold::Chunks::kKept;
}

AgentState* RunState::FindAgent(uint32_t agent) {
  return agent < agents.size() && agents[agent].joined ? &agents[agent] : nullptr;
}

StageFacts RunState::Facts() const {
  StageFacts facts;
  const auto ends_at = [&](std::optional<int64_t> time_ns) {
    if (!time_ns) return;
    facts.work_ended_ns = std::min(*time_ns, facts.work_ended_ns.value_or(*time_ns));
  };
  bool all_filled = true;
  std::optional<int64_t> filled_ns;
  for (const AgentState& agent : agents) {
    // An agent without slots never fills them and never works.
    if (!agent.joined || agent.slots == 0) continue;
    // Of a lost one nobody waits for slots any more.
    const auto filled = agent.slots_filled_ns ? agent.slots_filled_ns : agent.lost_ns;
    all_filled = all_filled && filled;
    filled_ns = std::max(filled_ns, filled);
    // The first slot anywhere that has no more work ends the full load.
    ends_at(agent.first_idle_ns);
    // What it did after its last report is unknown.
    if (agent.lost && !agent.lost_ns) ends_at(agent.reported_ns.value_or(0));
  }
  facts.reduced_ns = reduced_ns;
  facts.hold_not_before_ns = hold_not_before_ns;
  if (all_filled) facts.slots_filled_ns = filled_ns;
  ends_at(draining_ns);
  // Where nothing says that the work ended, it is known to have gone on until here.
  if (!facts.work_ended_ns) ends_at(cut_off_ns);
  return facts;
}

void RunState::GoOnWithout(const AgentState& agent, int64_t lost_ns) {
  if (agent.slots == 0) return;
  const StageBounds bounds = Bounds();
  const int64_t known_ns = agent.reported_ns.value_or(0);
  const int64_t known_s = std::max<int64_t>(known_ns, 0) / kSecondNs;
  // What followed the hold is in no headline.
  if (known_s >= bounds.hold_end_s()) return;
  if (bounds.StandsAt(known_s)) {
    reduced_ns = known_ns;
    return;
  }
  // Nothing is lost with seconds that make no headline; those without it may.  What it did between
  // its last report and its end is unknown.
  hold_not_before_ns = std::max({hold_not_before_ns.value_or(0), known_ns, lost_ns});
  reduced_ns.reset();
}

int64_t RunState::StagesFinalUntil(int64_t reported_ns) const {
  if (!run.spec().load.degrades_on_agent_loss) return reported_ns;
  const StageBounds bounds = Bounds();
  const int64_t reported_s = std::max<int64_t>(reported_ns, 0) / kSecondNs;
  const bool young = reported_s >= bounds.hold_s && reported_s < bounds.hold_end_s() &&
                     !bounds.StandsAt(reported_s);
  return young ? bounds.hold_s * kSecondNs : reported_ns;
}

std::optional<int64_t> RunState::ReportedByAll() const {
  std::optional<int64_t> least;
  for (const AgentState& agent : agents) {
    if (!agent.MayReport()) continue;
    // One that has reported nothing yet holds back everything.
    const int64_t reported = agent.reported_ns.value_or(std::numeric_limits<int64_t>::min());
    least = std::min(reported, least.value_or(reported));
  }
  return least;
}

void RunState::CloseWindows(int64_t until_ns) {
  windows.CloseBefore(until_ns);
  // A window is judged once, when no value can come to it any more.
  const std::span<const Window> all = windows.windows();
  while (verdicts.size() < std::min(windows.closed(), all.size())) {
    const size_t index = verdicts.size();
    if (planned_arrivals)
      windows.At(static_cast<int64_t>(index) * kSecondNs).planned = planned_arrivals->PassSecond();
    verdicts.AddVerdict(JudgeWindow(health.At(index), {.step_p50_ns = all[index].step_p50_ns,
                                                       .ttft_p50_ns = all[index].ttft_p50_ns}));
    health.Judged(index);
  }
}

void RunState::Settle() {
  if (!run.armed) return;
  const int64_t until_ns = ReportedByAll().value_or(latest_ns);
  CloseWindows(until_ns);
  settlement.SettleBefore(StagesFinalUntil(until_ns), {Bounds(), verdicts, run});
}

void RunState::LoseRequest(AgentState& agent, OpenRequest request) {
  const int64_t begin_ns = request.begun.begin_mono_ns + request.to_run_ns;
  // It was in flight as far as its agent told.
  windows.AddEdge(&Window::in_flight, std::max(begin_ns, agent.reported_ns.value_or(begin_ns)), -1);
  EndedRequest lost = EndRequest(run, agent.agent, std::move(request), nullptr);
  // An agent that delivered everything owed us the end of this one.
  lost.settled.unexplained = agent.Delivered();
  CountFailure(lost);
  settlement.AddEnded(std::move(lost));
}

void RunState::LoseOpenRequests(AgentState& agent) {
  std::vector<uint64_t> ordinals;
  for (const auto& [ordinal, request] : agent.open) ordinals.push_back(ordinal);
  // In the order of their begins, not the hash table's: the same journal gives the same figures.
  std::sort(ordinals.begin(), ordinals.end());
  for (OpenRequest& orphan : agent.orphans) LoseRequest(agent, std::move(orphan));
  agent.orphans.clear();
  for (const uint64_t ordinal : ordinals) LoseRequest(agent, std::move(agent.open.at(ordinal)));
  agent.open.clear();
}

void RunState::SettleRest() {
  if (!run.armed) return;
  cut_off_ns = ReportedByAll().value_or(latest_ns);
  for (AgentState& agent : agents) LoseOpenRequests(agent);
  CloseWindows(static_cast<int64_t>(windows.windows().size()) * kSecondNs);
  settlement.SettleAll({Bounds(), verdicts, run});
}

void RunState::OnFinished(EndedRequest request) {
  constexpr size_t kFinishReasonsMax = 100;
  CountOddities(request.finish);
  run.NumberTexts(request.finish, request.settled);
  logged_requests += request.statistics_logged ? 1 : 0;
  if (request.settled.ok()) {
    const std::string reason = request.finish.finish_reason.value_or("");
    // Servers name them as they like: the table is bounded.
    const bool counted = finish_reasons.contains(reason);
    const bool room = counted || finish_reasons.size() < kFinishReasonsMax;
    ++finish_reasons[room ? reason : "others"];
  } else {
    CountFailure(request);
  }
  settlement.AddEnded(std::move(request));
}

void RunState::CountFailure(const EndedRequest& request) {
  const RequestFinished& finish = request.finish;
  // We ended it ourselves.
  if (finish.outcome == Outcome::kCancelled) return;
  failures.AddFailure(absl::StrFormat("%s (%s)", FailureText(finish),
                                      TargetLabel(run.spec(), request.settled.target)),
                      finish.error);
}

void RunState::CountOddities(const RequestFinished& finish) {
  constexpr size_t kKindsMax = 50;
  oddities.left_open += finish.left_open ? 1 : 0;
  requests_with_id += finish.response_id ? 1 : 0;
  if (finish.passed_over == 0) return;
  ++oddities.passed_over;
  const std::string& first = finish.passed_over_first;
  const bool room =
      oddities.passed_over_by.contains(first) || oddities.passed_over_by.size() < kKindsMax;
  ++oddities.passed_over_by[room ? first : "others"];
}

absl::Status RunState::OnRunBegun(const RunBegun& event) {
  if (run.begun) return absl::DataLossError("the run begins twice");
  if (event.spec.load.agents > kAgentsMax) {
    return absl::DataLossError(
        absl::StrFormat("agents: need at most %d, got %d", kAgentsMax, event.spec.load.agents));
  }
  const LoadSpec& load = event.spec.load;
  if (!IsTime(load.ramp.count()) || !IsTime(load.warmup.count()) ||
      !IsTime(load.duration.value_or(Nanos(0)).count())) {
    return absl::DataLossError("load: need ramp, warm-up and duration in 0 .. 2^61 ns");
  }
  run.begun = event;
  agents.resize(std::max<uint32_t>(event.spec.load.agents, 1));
  for (size_t i = 0; i < agents.size(); ++i) agents[i].agent = static_cast<uint32_t>(i);
  servers.Begin(MetricsSourcesOf(event.spec));
  if (const auto* loop = std::get_if<OpenLoop>(&load.shape); loop && loop->rate_per_s > 0) {
    planned_arrivals.emplace(*loop, load.seed);
  }
  return absl::OkStatus();
}

absl::Status RunState::OnPlannedRow(const PlannedRow& event) {
  run.planned_rows.insert_or_assign(event.order_index, event);
  run.rows_have_stop |= event.has_stop;
  run.rows_ignore_eos |= event.ignores_eos;
  return absl::OkStatus();
}

absl::Status RunState::OnTargetProbed(const TargetProbed& event) {
  run.targets.push_back(event);
  servers.AddEngine(event.engine);
  return absl::OkStatus();
}

absl::Status RunState::OnAgentJoined(const AgentJoined& event) {
  if (event.agent >= agents.size()) {
    return absl::DataLossError(
        absl::StrFormat("agent %d joined: need one below %d", event.agent, agents.size()));
  }
  AgentState& agent = agents[event.agent];
  // The same process may join again after its session was cut; its state goes on.
  if (agent.joined && agent.incarnation != event.incarnation) {
    // A new process under an old number: what the old one had open will never be reported.
    for (auto& [ordinal, request] : agent.open) agent.orphans.push_back(std::move(request));
    std::sort(agent.orphans.begin(), agent.orphans.end(),
              [](const auto& a, const auto& b) { return a.begun.ordinal < b.begun.ordinal; });
    agent.open.clear();
    agent.last_seq = 0;
    agent.real_minus_mono_ns.reset();
  }
  agent.joined = true;
  agent.incarnation = event.incarnation;
  agent.host = event.host;
  // Bounds what is kept by slot.
  agent.slots = std::min(event.slots, ExpectationOf(run.spec().load.shape).slots);
  agent.backing_off_since_ns.clear();
  if (run.armed) {
    // An agent on the controller's own machine shares its clock.
    agent.clock.SetHosts(
        {.agent_boot_id = agent.host.boot_id, .controller_boot_id = run.armed->boot_id});
  }
  return absl::OkStatus();
}

absl::Status RunState::OnClockProbed(const ClockProbed& event) {
  AgentState* agent = FindAgent(event.agent);
  if (agent == nullptr || !agent->clock.AddProbe(event)) {
    return absl::DataLossError(
        absl::StrFormat("clock probe of agent %d: %s", event.agent,
                        agent == nullptr ? "no such agent" : "its times are out of order"));
  }
  lives.OnSeen(event.controller_receive_mono_ns);
  return absl::OkStatus();
}

absl::Status RunState::OnArmed(const Armed& event) {
  if (run.armed) return absl::DataLossError("the run is armed twice");
  if (!IsTime(event.t0_mono_ns) || !IsTime(event.t0_unix_ns)) {
    return absl::DataLossError("armed: need T0 in 0 .. 2^61 ns");
  }
  run.armed = event;
  lives.OnArmed(event);
  stage = RunStage::kArmed;
  servers.Arm(event.t0_mono_ns);
  for (AgentState& agent : agents) {
    agent.clock.SetHosts(
        {.agent_boot_id = agent.host.boot_id, .controller_boot_id = event.boot_id});
  }
  return absl::OkStatus();
}

absl::Status RunState::OnStageChanged(const StageChanged& event) {
  stage = event.stage;
  // Only a drain decides about figures; the other stages follow from what agents report.
  if (event.stage != RunStage::kDraining || !run.armed || draining_ns) return absl::OkStatus();
  if (!IsTime(event.at_mono_ns)) return absl::DataLossError("stage change: need a time >= 0");
  draining_ns = std::max<int64_t>(event.at_mono_ns - run.armed->t0_mono_ns, 0);
  return absl::OkStatus();
}

absl::Status RunState::OnAgentEnded(const AgentEnded& event) {
  AgentState* agent = FindAgent(event.agent);
  if (agent == nullptr) {
    return absl::DataLossError(absl::StrFormat("agent %d ended, and never joined", event.agent));
  }
  if (event.lost && run.armed && run.spec().load.degrades_on_agent_loss) {
    if (!IsTime(event.at_mono_ns)) return absl::DataLossError("an agent's end: need a time >= 0");
    const int64_t lost_ns = std::max<int64_t>(event.at_mono_ns - run.armed->t0_mono_ns, 0);
    GoOnWithout(*agent, lost_ns);
    agent->lost_ns = lost_ns;
  }
  agent->ended = true;
  agent->lost = event.lost;
  agent->end_reason = event.reason;
  // Requests of others may have waited for its reports alone.
  Settle();
  return absl::OkStatus();
}

absl::Status RunState::OnAgentBatch(const AgentBatch& event) {
  AgentState* agent = FindAgent(event.agent);
  if (agent == nullptr) {
    return absl::DataLossError(
        absl::StrFormat("a batch of agent %d, which never joined", event.agent));
  }
  // Settled below even then: what was sound in it counts.
  absl::Status applied = batches.ApplyBatch(event, *agent);
  latest_ns = std::max(latest_ns, agent->reported_ns.value_or(0));
  Settle();
  return applied;
}

absl::Status RunState::OnScraped(const Scraped& event) {
  if (!IsTime(event.begin_mono_ns) || !IsTime(event.end_mono_ns)) {
    return absl::DataLossError("scrape: need times in 0 .. 2^61 ns");
  }
  return servers.ApplyScrape(event);
}

absl::Status RunState::OnRunEnded(const RunEnded& event) {
  run.ended = event;
  stage = RunStage::kDone;
  return absl::OkStatus();
}

}  // namespace specctl
