#include "common/analysis/batch_fold.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <variant>

#include <absl/strings/str_format.h>

#include "common/analysis/figures.h"
#include "common/journal/chunk_codec.h"

namespace specctl {
namespace {

// How far two readings of one clock, one of them converted, may seem out of order.
constexpr int64_t kSlackNs = 1'000'000;
constexpr int64_t kBeforeBeginNs = kSecondNs;
// All that arrived before a batch's end is in it, and what its last drain of the sockets read as
// well, which may have arrived while the drain lasted (or while the process was stopped in it).
constexpr int64_t kDrainMaxNs = 60 * kSecondNs;

bool Within(int64_t value, int64_t low, int64_t high) { return low <= value && value <= high; }

bool HasRequests(const AgentBatch& batch) {
  return !batch.begun.empty() || !batch.shed.empty() || !batch.chunks.empty() ||
         !batch.finished.empty();
}

bool TimesArePlausible(const OpenRequest& request, const RequestFinished& finish,
                       int64_t to_mono_ns) {
  const int64_t low = request.begun.begin_mono_ns - kBeforeBeginNs;
  // What a batch reports had happened when it was closed.
  const int64_t high = to_mono_ns + kSlackNs;
  return Within(finish.end_mono_ns, low, high) &&
         (!finish.start_mono_ns || Within(*finish.start_mono_ns, low, high)) &&
         (!finish.connect_ns || Within(*finish.connect_ns, 0, high)) &&
         (!finish.round_trip_ns || Within(*finish.round_trip_ns, 0, high));
}

}  // namespace

// A batch on the run's time.
struct BatchFold::Placed {
  const AgentBatch& batch;
  int64_t to_run_ns = 0;  // added to the agent's times: ns since T0
};

void BatchFold::Contradiction(std::string text) {
  // The first is the one to look into; others may follow from it.
  if (status_.ok()) status_ = absl::DataLossError(std::move(text));
}

absl::Status BatchFold::CheckIdentity(const AgentBatch& batch, AgentState& agent) {
  if (batch.incarnation != agent.incarnation) {
    return absl::DataLossError(
        absl::StrFormat("agent %d: need a batch of incarnation %x, got one of %x", batch.agent,
                        agent.incarnation, batch.incarnation));
  }
  if (batch.seq <= agent.last_seq) {
    return absl::DataLossError(
        absl::StrFormat("agent %d: batch %d is there twice, or too late", batch.agent, batch.seq));
  }
  // What a lost batch held is gone; this one counts.
  if (batch.seq != agent.last_seq + 1) {
    Contradiction(absl::StrFormat("agent %d: no batch between %d and %d", batch.agent,
                                  agent.last_seq, batch.seq));
  }
  agent.last_seq = batch.seq;
  // Without T0 they have no place in the run's time.
  if (!run_.armed && HasRequests(batch)) {
    return absl::DataLossError(absl::StrFormat("agent %d: requests in batch %d, before T0 is known",
                                               batch.agent, batch.seq));
  }
  for (const int64_t time_ns :
       {batch.from_mono_ns, batch.to_mono_ns, batch.slots_filled_mono_ns.value_or(0),
        batch.first_idle_mono_ns.value_or(0), batch.real_minus_mono_ns}) {
    if (Within(time_ns, 0, kTimeMaxNs)) continue;
    return absl::DataLossError(
        absl::StrFormat("agent %d: batch %d: need times in 0 .. 2^61 ns", batch.agent, batch.seq));
  }
  return absl::OkStatus();
}

int64_t BatchFold::ToRunNs(const AgentBatch& batch, AgentState& agent) {
  const int64_t t0_ns = run_.armed->t0_mono_ns;
  if (const auto mapped = agent.clock.ToController(batch.to_mono_ns)) {
    // The worst so far: what this agent's windows are judged by.
    agent.clock_bound_ns = std::max(agent.clock_bound_ns, mapped->bound_ns);
    const int64_t to_run_ns = mapped->mono_ns - batch.to_mono_ns - t0_ns;
    const int64_t off_ns = batch.real_minus_mono_ns - run_.armed->t0_unix_ns - to_run_ns;
    if (std::abs(off_ns) > std::abs(agent.wall_clock_off_ns)) agent.wall_clock_off_ns = off_ns;
    return to_run_ns;
  }
  // No probe: the wall clocks of both must do, and the verdict says so.
  run_.clock_unmapped = true;
  // One offset for all of an agent's batches: its wall clock may be stepped, its times are not.
  if (!agent.real_minus_mono_ns) agent.real_minus_mono_ns = batch.real_minus_mono_ns;
  return *agent.real_minus_mono_ns - run_.armed->t0_unix_ns;
}

void BatchFold::AddBegun(const Placed& placed, AgentState& agent) {
  const bool arrives = std::holds_alternative<OpenLoop>(run_.spec().load.shape);
  for (const RequestBegun& begun : placed.batch.begun) {
    const int64_t high = placed.batch.to_mono_ns + kSlackNs;
    const bool plausible = Within(begun.begin_mono_ns, 0, high) &&
                           Within(begun.due_mono_ns, 0, high) &&
                           WindowTable::IsPlausible(begun.begin_mono_ns + placed.to_run_ns);
    if (!plausible || agent.open.contains(begun.ordinal)) {
      Contradiction(absl::StrFormat("agent %d: request %d begins %s", agent.agent, begun.ordinal,
                                    plausible ? "twice" : "outside the run"));
      continue;
    }
    OpenRequest& request = agent.open[begun.ordinal];
    request.begun = begun;
    request.to_run_ns = placed.to_run_ns;
    ++agent.begun;
    const int64_t begin_ns = begun.begin_mono_ns + placed.to_run_ns;
    if (!agent.first_begin_ns) agent.first_begin_ns = begin_ns;
    ++windows_.At(begin_ns).begun;
    // Edges, not samples: the mean over a second is exact however short a request is.
    windows_.AddEdge(&Window::in_flight, begin_ns, 1);
    // Later turns follow replies, and are no arrivals.
    if (arrives && begun.turn == 0) {
      windows_.AddLateness(begin_ns, begun.begin_mono_ns - begun.due_mono_ns);
    }
  }
}

void BatchFold::AddShed(const Placed& placed, AgentState& agent) {
  for (const ShedArrival& shed : placed.batch.shed) {
    const int64_t due_ns = shed.due_mono_ns + placed.to_run_ns;
    if (!Within(shed.due_mono_ns, 0, placed.batch.to_mono_ns + kSlackNs) ||
        !WindowTable::IsPlausible(due_ns)) {
      Contradiction(absl::StrFormat("agent %d: position %d arrives outside the run", agent.agent,
                                    shed.position));
      continue;
    }
    agent.shed_turns += shed.turns;
    Window& window = windows_.At(due_ns);
    ++window.shed;
    window.shed_last_ns = std::max(window.shed_last_ns, due_ns);
  }
}

void BatchFold::AddChunk(const Placed& placed, const ChunkRecord& record, OpenRequest& request) {
  const int64_t arrival_ns = record.arrival_us * 1000 + placed.to_run_ns;
  Window& window = windows_.At(arrival_ns);
  ++window.chunks;
  if (record.tokens) {
    window.output_tokens += *record.tokens;
    // The first chunk is the prompt's step, which has no draft.
    if (request.chunks > 0) {
      window.steps += record.same_step ? 0 : 1;
      window.step_tokens += *record.tokens;
    }
  } else {
    ++window.unknown_chunks;
  }
  request.AddChunk(record);
  if (request.chunks == 1) {
    // From the request's begin, which chunks of a live run know; figures use start_ns (TtftMs).
    windows_.AddTtft(arrival_ns, record.arrival_us * 1000 - request.begun.begin_mono_ns);
  } else if (!record.same_step) {
    windows_.AddStepLatency(arrival_ns, int64_t{request.gaps_us.back()} * 1000);
  }
  // Only an export needs each chunk; a long run's would fill the memory.
  if (!run_.keep_chunks) return;
  const auto uncertainty_us = static_cast<int64_t>(
      std::min<uint64_t>(record.uncertainty_us, static_cast<uint64_t>(record.arrival_us)));
  request.kept.push_back(
      {.arrival_ns = arrival_ns,
       .early_ns = arrival_ns - uncertainty_us * 1000,
       .arrival_unix_ns = record.arrival_us * 1000 + placed.batch.real_minus_mono_ns,
       .tokens = record.tokens});
}

void BatchFold::AddChunks(const Placed& placed, AgentState& agent) {
  ChunkSectionReader reader(placed.batch.chunks, placed.batch.from_mono_ns / 1000);
  while (reader.NextSection()) {
    const auto found = agent.open.find(reader.ordinal());
    if (found == agent.open.end()) {
      Contradiction(absl::StrFormat("agent %d: chunks of request %d, which is not open",
                                    agent.agent, reader.ordinal()));
      continue;
    }
    OpenRequest& request = found->second;
    const int64_t low_us = (request.begun.begin_mono_ns - kBeforeBeginNs) / 1000;
    const int64_t high_us = (placed.batch.to_mono_ns + kDrainMaxNs) / 1000;
    ChunkRecord record;
    while (reader.NextRecord(record)) {
      if (!Within(record.arrival_us, low_us, high_us) || record.arrival_us < 0 ||
          !WindowTable::IsPlausible(record.arrival_us * 1000 + placed.to_run_ns)) {
        Contradiction(absl::StrFormat("agent %d: a chunk of request %d outside its batch's time",
                                      agent.agent, reader.ordinal()));
      } else if (record.tokens != 0u) {
        AddChunk(placed, record, request);
        ++agent.chunks;
      }
    }
  }
  if (!reader.status().ok()) {
    Contradiction(absl::StrFormat("agent %d: batch %d: %s", agent.agent, placed.batch.seq,
                                  std::string(reader.status().message())));
  }
}

// After a failure a slot backs off: from the request's end to the moment it may begin the next.
// Requests that were passed over, or will be, say nothing of their slots.
void BatchFold::AddSlotTimes(const Placed& placed, AgentState& agent) {
  struct SlotEvent {
    int64_t time_ns;
    uint32_t slot;
    const RequestBegun* begun;  // nullptr: a request failed
  };
  std::vector<SlotEvent> events;
  for (const RequestBegun& begun : placed.batch.begun) {
    const auto found = agent.open.find(begun.ordinal);
    const bool taken =
        found != agent.open.end() && found->second.begun.begin_mono_ns == begun.begin_mono_ns;
    if (taken) events.push_back({begun.begin_mono_ns, begun.slot, &begun});
  }
  for (const RequestFinished& finish : placed.batch.finished) {
    const auto found = agent.open.find(finish.ordinal);
    const bool failed = finish.outcome != Outcome::kOk && finish.outcome != Outcome::kCancelled;
    if (!failed || found == agent.open.end() ||
        !TimesArePlausible(found->second, finish, placed.batch.to_mono_ns)) {
      continue;
    }
    events.push_back({finish.end_mono_ns, found->second.begun.slot, nullptr});
  }
  std::stable_sort(events.begin(), events.end(), [](const SlotEvent& a, const SlotEvent& b) {
    return std::pair(a.time_ns, a.begun != nullptr) < std::pair(b.time_ns, b.begun != nullptr);
  });
  for (const SlotEvent& event : events) {
    // A damaged number must not grow the table of slots.
    if (event.slot >= agent.slots) continue;
    const auto since = agent.backing_off_since_ns.find(event.slot);
    const bool backs_off = since != agent.backing_off_since_ns.end();
    const int64_t at_ns = event.time_ns + placed.to_run_ns;
    if (event.begun == nullptr && !backs_off && WindowTable::IsPlausible(at_ns)) {
      agent.backing_off_since_ns.emplace(event.slot, event.time_ns);
      windows_.AddEdge(&Window::backing_off, at_ns, 1);
    } else if (event.begun != nullptr && backs_off) {
      // The pause is over when the slot is free again; clamped into the time between the two
      // events.
      const int64_t free_ns =
          std::min(std::max(event.begun->due_mono_ns, since->second), event.time_ns);
      windows_.AddEdge(&Window::backing_off, free_ns + placed.to_run_ns, -1);
      agent.backing_off_since_ns.erase(since);
    }
  }
}

void BatchFold::AddFinished(const Placed& placed, AgentState& agent) {
  for (const RequestFinished& finish : placed.batch.finished) {
    const auto found = agent.open.find(finish.ordinal);
    if (found == agent.open.end() ||
        !TimesArePlausible(found->second, finish, placed.batch.to_mono_ns)) {
      Contradiction(absl::StrFormat(
          "agent %d: request %d ends %s", agent.agent, finish.ordinal,
          found == agent.open.end() ? "without having begun" : "outside its batch's time"));
      continue;
    }
    EndedRequest request = EndRequest(run_, agent.agent, std::move(found->second), &finish);
    // found->second was moved from.
    agent.open.erase(found);
    const bool ok = finish.outcome == Outcome::kOk;
    ++(ok ? agent.ok : agent.not_ok);
    const SettledRequest& settled = request.settled;
    Window& window = windows_.At(*settled.end_ns);
    ++(ok ? window.ok : window.not_ok);
    // Tokens of the total that no chunk showed are dated by its end.
    window.output_tokens += request.tokens.tail;
    windows_.AddEdge(&Window::in_flight, *settled.end_ns, -1);
    const std::optional<double> itl_ms = ok ? ItlMs(settled) : std::nullopt;
    if (itl_ms) windows_.AddItl(*settled.end_ns, std::llround(*itl_ms * 1e6));
    // A prompt has been read when its first token comes.
    if (settled.first_token_ns && finish.input_tokens) {
      windows_.At(*settled.first_token_ns).input_tokens += *finish.input_tokens;
    }
    on_finished_(std::move(request));
  }
}

void BatchFold::AddHealth(const Placed& placed, AgentState& agent) {
  if (!placed.batch.health) return;
  const AgentHealth& health = *placed.batch.health;
  agent.reads += health.reads;
  agent.coalesced_reads += health.coalesced_reads;
  agent.unstamped_reads += health.unstamped_reads;
  agent.cpu_ns += health.cpu_user_ns + health.cpu_system_ns;
  agent.wall_clock_steps += health.wall_clock_steps;
  agent.spool_bytes_max = std::max(agent.spool_bytes_max, health.spool_bytes);
  agent.unacknowledged_ns_max = std::max(agent.unacknowledged_ns_max, health.unacknowledged_ns);
  agent.rss_bytes_max = std::max(agent.rss_bytes_max, health.rss_bytes);
  const absl::Status applied =
      health_.ApplyHealth(health, {.agent = agent.agent,
                                   .cores = agent.host.cores,
                                   .to_run_ns = placed.to_run_ns,
                                   .clock_bound_ns = agent.clock_bound_ns});
  if (!applied.ok()) return Contradiction(std::string(applied.message()));
  const auto lag = LagHistogram::Decode(health.receive_lag);
  // ApplyHealth has decoded it already: it can't fail here.
  agent.receive_lag_p99_ns_max =
      std::max(agent.receive_lag_p99_ns_max, static_cast<uint64_t>(lag->Quantile(0.99).count()));
}

void BatchFold::AddReports(const Placed& placed, AgentState& agent) {
  const AgentBatch& batch = placed.batch;
  for (const Unassigned& unassigned : batch.unassigned) {
    agent.unassigned.at(static_cast<size_t>(unassigned.reason)) += unassigned.requests;
  }
  agent.chunks_dropped += batch.chunks_dropped;
  if (batch.null_server) agent.null_server = batch.null_server;
  // What follows is on the run's time, which begins with T0.
  if (!run_.armed) return;
  AddHealth(placed, agent);
  if (batch.slots_filled_mono_ns) {
    agent.slots_filled_ns = *batch.slots_filled_mono_ns + placed.to_run_ns;
  }
  if (batch.first_idle_mono_ns) {
    agent.first_idle_ns = *batch.first_idle_mono_ns + placed.to_run_ns;
  }
  const int64_t reported_ns = batch.to_mono_ns + placed.to_run_ns;
  agent.reported_ns = std::max(agent.reported_ns.value_or(reported_ns), reported_ns);
}

absl::Status BatchFold::ApplyBatch(const AgentBatch& batch, AgentState& agent) {
  status_ = absl::OkStatus();
  if (absl::Status checked = CheckIdentity(batch, agent); !checked.ok()) return checked;
  const Placed placed{batch, run_.armed ? ToRunNs(batch, agent) : 0};
  if (run_.armed && !WindowTable::IsPlausible(batch.to_mono_ns + placed.to_run_ns)) {
    // Without requests it says nothing of the run.
    if (HasRequests(batch)) {
      return absl::DataLossError(absl::StrFormat("agent %d: batch %d lies outside the run's time",
                                                 batch.agent, batch.seq));
    }
    return status_;
  }
  AddBegun(placed, agent);
  AddShed(placed, agent);
  AddChunks(placed, agent);
  // Before AddFinished() takes those that end out of the open ones, whose slots this asks for.
  if (ExpectationOf(run_.spec().load.shape).backs_off) AddSlotTimes(placed, agent);
  AddFinished(placed, agent);
  AddReports(placed, agent);
  return status_;
}

}  // namespace specctl
