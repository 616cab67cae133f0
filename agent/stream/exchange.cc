#include "agent/stream/exchange.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>

#include "agent/stream/connect_race.h"

namespace specctl::agent {
namespace {

// Nobody is there, at least not now.
bool IsDead(const Ending& ending) {
  return ending.failure == FailureKind::kConnect || ending.failure == FailureKind::kConnectTimeout;
}

Ending Interrupted(const Target& target) {
  return Failed(FailureKind::kInterrupted, target.text, "cancelled");
}

}  // namespace

Exchange::Exchange(Shared shared, ResponseIntake::Shared intake, Wakeup& wakeup)
    : intake_(intake, wakeup), shared_(shared), wakeup_(wakeup) {}

void Exchange::CloseConnection() {
  connection_.reset();
  connected_to_ = nullptr;
}

Task<RequestFinished> Exchange::Run(Order order) {
  RequestFinished finished;
  intake_.BeginResponse(*order.log, order.reading);
  Ending ending = co_await Attempt(order, true, finished);
  if (resend_) {
    ++finished.resends;
    CloseConnection();
    intake_.BeginResponse(*order.log, order.reading);
    ending = co_await Attempt(order, false, finished);
  }
  const MonoTime now = MonoNow();
  // Prefer the arrival of the bytes: the slot may notice it later.
  const bool whole = intake_.over() && intake_.last_arrival() != MonoTime{};
  finished.end_mono_ns = MonoNs(whole               ? intake_.last_arrival()
                                : intake_.settled() ? intake_.settled_at()
                                                    : now);
  // Learn how this server ends its streams, before the connection is closed.
  LearnEnd(*order.target);
  intake_.Describe(shared_.save_text, finished);
  if (order.target->turns && finished.start_mono_ns) {
    finished.address = order.target->peers[peer_].endpoint.address().to_string();
  }
  finished.outcome = ending.outcome;
  finished.failure = ending.failure;
  finished.error = std::move(ending.error);
  // Bytes that arrive before the next request belong to no response.
  if (connection_) connection_->SetSink(nullptr);
  if (connection_ && finished.connect_ns) {
    if (const auto round_trip = connection_->RoundTrip()) {
      finished.round_trip_ns = round_trip->count();
    }
  }
  // llama.cpp closes behind each stream: the next request must not run into that.
  if (!intake_.keeps_connection() || order.target->closes_after_stream) CloseConnection();
  idle_since_ = now;
  co_return finished;
}

Task<Ending> Exchange::Attempt(const Order& order, bool may_resend, RequestFinished& finished) {
  resend_ = false;
  Ending ending = co_await EnsureConnection(order, finished);
  if (!ending.ok()) co_return ending;
  connection_->SetSink(&intake_);
  ending = co_await SendAndReceive(order, finished);
  const bool connection_failed = connection_->state() == Connection::State::kEnded;
  // The server may close an idle connection just as a request goes out.  Nothing was answered, so
  // the request is sent once more, on a new one.
  resend_ = may_resend && reused_ && connection_failed && !intake_.any_byte();
  co_return ending;
}

Task<Ending> Exchange::EnsureConnection(const Order& order, RequestFinished& finished) {
  const MonoTime now = MonoNow();
  // Given up before the server's own idle limit (5 s with uvicorn), which would close it under a
  // request.
  reused_ = connection_ && connected_to_ == order.target && now - idle_since_ < shared_.idle_max &&
            connection_->IsReusable();
  if (reused_) co_return Ending{};
  CloseConnection();
  // The request's time runs while it connects.
  const MonoTime request_due = order.begin + shared_.timeouts.request;
  const MonoTime due = std::min(now + shared_.timeouts.connect, request_due);
  Ending ending = co_await Connect(order, due);
  if (ending.ok()) {
    connected_to_ = order.target;
    finished.connect_ns = (MonoNow() - now).count();
  } else {
    CloseConnection();
  }
  co_return ending;
}

// To the address that is kept, or the only one; where that fails, to the first of all that answers.
Task<Ending> Exchange::Connect(const Order& order, MonoTime due) {
  Target& target = *order.target;
  if (target.peers.size() == 1) co_return co_await ConnectTo(order, 0, due);
  if (target.turns) co_return co_await ConnectInTurn(order, due);
  if (target.kept) {
    const size_t kept = *target.kept;
    // The other half of the time is the race's, should this one have died.
    const MonoTime now = MonoNow();
    Ending ending = co_await ConnectTo(order, kept, now + (due - now) / 2);
    if (!IsDead(ending)) co_return ending;
    CloseConnection();
    // Unless another slot has already found a new one.
    if (target.kept == kept) target.kept.reset();
  }
  co_return co_await RaceAddresses(order, due);
}

// To the address whose turn it is; where nobody is there, to those after it, each once at most.
Task<Ending> Exchange::ConnectInTurn(const Order& order, MonoTime due) {
  Target& target = *order.target;
  for (size_t left = target.peers.size();; --left) {
    const MonoTime now = MonoNow();
    const size_t peer = target.turns->TakeNext(now);
    // One that hangs leaves half of the time to the others.
    Ending ending = co_await ConnectTo(order, peer, left > 1 ? now + (due - now) / 2 : due);
    if (!IsDead(ending)) co_return ending;
    target.turns->OnFailed(peer, MonoNow());
    CloseConnection();
    if (left > 1 && MonoNow() < due) continue;
    ending.error += absl::StrFormat(" (at %s, last of %d addresses tried)",
                                    target.peers[peer].endpoint.address().to_string(),
                                    target.peers.size() - left + 1);
    co_return ending;
  }
}

Task<Ending> Exchange::ConnectTo(const Order& order, size_t peer, MonoTime due) {
  peer_ = peer;
  connection_.emplace(shared_.read_set, wakeup_);
  connection_->Open(order.target->peers[peer]);
  co_return co_await AwaitOpen(order, due);
}

Task<Ending> Exchange::RaceAddresses(const Order& order, MonoTime due) {
  Target& target = *order.target;
  ConnectRace race(shared_.read_set, wakeup_, target);
  while (!race.Advance(MonoNow())) {
    const Wakeup::Reason reason = co_await wakeup_.WaitUntil(std::min(due, race.next_due()));
    if (reason == Wakeup::Reason::kInterrupted) co_return Interrupted(target);
    if (reason == Wakeup::Reason::kDue && MonoNow() >= due) co_return ConnectTimeout(order);
  }
  if (!race.winner()) {
    co_return Failed(FailureKind::kConnect, target.text,
                     absl::StrFormat("%s (last of %d addresses tried)",
                                     std::string(race.failure().message()), target.peers.size()));
  }
  // The slots that follow use the same address.
  if (!target.kept) target.kept = race.winner();
  connection_.emplace(shared_.read_set, wakeup_);
  connection_->Adopt(race.TakeSocket(), target.peers[*race.winner()]);
  co_return co_await AwaitOpen(order, due);
}

Task<Ending> Exchange::AwaitOpen(const Order& order, MonoTime due) {
  const Target& target = *order.target;
  while (connection_->state() == Connection::State::kConnecting ||
         connection_->state() == Connection::State::kHandshaking) {
    const Wakeup::Reason reason = co_await wakeup_.WaitUntil(due);
    if (reason == Wakeup::Reason::kInterrupted) co_return Interrupted(target);
    if (reason == Wakeup::Reason::kDue) co_return ConnectTimeout(order);
  }
  if (connection_->state() == Connection::State::kOpen) co_return Ending{};
  const FailureKind kind = connection_->tls_failed() ? FailureKind::kTls : FailureKind::kConnect;
  std::string why(connection_->end().message());
  if (why.empty()) why = "connect: closed by the server";
  co_return Failed(kind, target.text, why);
}

Ending Exchange::ConnectTimeout(const Order& order) const {
  const bool in_tls = connection_ && connection_->state() == Connection::State::kHandshaking;
  return Failed(
      FailureKind::kConnectTimeout, order.target->text,
      absl::StrFormat("no connection%s within %.3g s (--connect-timeout)",
                      in_tls ? " (TLS handshake)" : "", Seconds(shared_.timeouts.connect)));
}

Task<Ending> Exchange::SendAndReceive(const Order& order, RequestFinished& finished) {
  const Target& target = *order.target;
  const MonoTime start = MonoNow();
  MonoTime active_at = start;
  finished.start_mono_ns = MonoNs(start);
  // Of the first attempt, where this is the resend.
  finished.sent_mono_ns = std::nullopt;
  // Time spent connecting is the network's; the rest of the wait is this process's.
  shared_.health.OnSend(start - order.begin - Nanos(finished.connect_ns.value_or(0)));
  connection_->Send(order.bytes);
  for (;;) {
    if (connection_->sent() && !finished.sent_mono_ns) {
      // Silence counts from the last byte sent: a long prompt takes its time.
      active_at = MonoNow();
      finished.sent_mono_ns = MonoNs(active_at);
    }
    // Also while the request is still being sent: a server may refuse it by its head alone.
    if (intake_.over()) co_return intake_.Judge(target.text);
    active_at = std::max(active_at, intake_.last_arrival());
    const MonoTime due = EndOfWait(order, active_at);
    const Wakeup::Reason reason = co_await wakeup_.WaitUntil(due);
    if (reason == Wakeup::Reason::kInterrupted) {
      // An answer that is complete counts, though the server holds the stream open.
      co_return intake_.settled() ? intake_.Judge(target.text) : Interrupted(target);
    }
    if (reason != Wakeup::Reason::kDue) continue;
    // What has arrived in time and was not read yet counts.
    shared_.read_set.Drain();
    active_at = std::max(active_at, intake_.last_arrival());
    if (intake_.over()) continue;
    if (LeavesOpen(target)) co_return intake_.Judge(target.text);
    if (const auto limit = TimeLimit(order, active_at)) {
      // What the response already says names the cause better than the time limit does.
      const bool decided = intake_.settled() || intake_.has_failed();
      co_return decided ? intake_.Judge(target.text) : *limit;
    }
  }
}

MonoTime Exchange::EndOfWait(const Order& order, MonoTime active_at) const {
  const MonoTime due =
      std::min(order.begin + shared_.timeouts.request, active_at + shared_.timeouts.idle);
  if (!intake_.settled()) return due;
  // The answer is complete: the slot waits a little for an orderly end, so that the connection can
  // be kept.
  return std::min(due, intake_.settled_at() + order.target->end_grace.Length());
}

bool Exchange::LeavesOpen(const Target& target) const {
  return intake_.settled() && MonoNow() >= intake_.settled_at() + target.end_grace.Length();
}

void Exchange::LearnEnd(Target& target) const {
  if (!intake_.settled()) return;
  if (intake_.keeps_connection()) {
    target.end_grace.OnEnded(intake_.last_arrival() - intake_.settled_at());
  } else if (!intake_.over()) {
    target.end_grace.OnLeftOpen();
  }
}

// The ending where a limit has passed.
std::optional<Ending> Exchange::TimeLimit(const Order& order, MonoTime active_at) const {
  const MonoTime now = MonoNow();
  const TimeoutSpec& limits = shared_.timeouts;
  if (now >= order.begin + limits.request) {
    return Failed(
        FailureKind::kRequestTimeout, order.target->text,
        absl::StrFormat("not finished within %.3g s (--timeout)", Seconds(limits.request)));
  }
  if (now >= active_at + limits.idle) {
    return Failed(FailureKind::kIdleTimeout, order.target->text,
                  absl::StrFormat("silent for %.3g s (--idle-timeout)", Seconds(limits.idle)));
  }
  return std::nullopt;
}

}  // namespace specctl::agent
