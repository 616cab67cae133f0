#include "agent/stream/slot_runner.h"

#include <utility>

namespace specctl::agent {
namespace {

MonoTime FromNanos(int64_t nanos) { return MonoTime(Nanos(nanos)); }

// A request that the server refuses for what it is says nothing of others.
TargetSign SignOfStatus(uint32_t status) {
  const bool refused = status >= 400 && status < 500 && status != 408 && status != 429;
  return refused ? TargetSign::kNothing : TargetSign::kFails;
}

TargetSign SignOf(const RequestFinished& finished) {
  if (finished.outcome == Outcome::kOk) return TargetSign::kServes;
  if (finished.outcome == Outcome::kCancelled) return TargetSign::kNothing;
  switch (finished.failure) {
    case FailureKind::kConnect:
    case FailureKind::kTls:
    case FailureKind::kConnectTimeout:
      return TargetSign::kUnreachable;
    case FailureKind::kTruncated:
      return finished.http_status ? TargetSign::kFails : TargetSign::kUnreachable;
    case FailureKind::kHttpStatus:
      return SignOfStatus(finished.http_status.value_or(0));
    case FailureKind::kSend:
    case FailureKind::kContextOverflow:
    case FailureKind::kTooLong:
      return TargetSign::kNothing;
    default:
      return TargetSign::kFails;
  }
}

}  // namespace

SlotRunner::SlotRunner(Executor executor, Numbers numbers, Shared shared, Exchange::Shared exchange,
                       ResponseIntake::Shared intake)
    : numbers_(numbers),
      shared_(shared),
      wakeup_(executor),
      exchange_(exchange, intake, wakeup_),
      back_off_(numbers.global) {}

Task<void> SlotRunner::Run(MonoTime free_at) {
  due_ = free_at;
  while (!wakeup_.interrupted()) {
    const auto assignment = shared_.feed.Next(MonoNow());
    if (!assignment) break;
    co_await RunConversation(*assignment);
    if (back_off_.failures() > 0) co_await WaitUntilDue();
  }
  exchange_.CloseConnection();
  shared_.host.OnIdle(MonoNow());
}

Task<void> SlotRunner::RunArrival(Assignment assignment, MonoTime due) {
  due_ = due;
  co_await RunConversation(assignment);
  // Its connection stays: the next arrival may be soon.
  shared_.host.OnArrivalOver(numbers_.local);
}

Task<void> SlotRunner::RunConversation(Assignment assignment) {
  choice_ = shared_.chooser.BeginConversation(assignment.position, MonoNow());
  messages_.clear();
  for (uint32_t turn = 0; turn < assignment.turns; ++turn) {
    const uint32_t left = assignment.turns - turn;
    if (turn > 0 && shared_.think_time > Nanos(0)) {
      due_ += shared_.think_time;
      co_await WaitUntilDue();
    }
    // Next() has just allowed the first turn.
    const bool may_begin = turn == 0 || shared_.feed.MayBegin(MonoNow());
    if (!may_begin) {
      shared_.feed.AbandonAtStop(left);
      break;
    }
    const bool ok = co_await RunTurn(assignment, turn);
    if (ok) continue;
    shared_.feed.AbandonAfterFailure(left - 1);
    break;
  }
  shared_.chooser.EndConversation(choice_);
}

Task<bool> SlotRunner::RunTurn(const Assignment& assignment, uint32_t turn) {
  RequestBegun begun;
  begun.position = assignment.position;
  begun.turn = turn;
  begun.slot = numbers_.local;
  begun.target = choice_.target;
  const MonoTime begin = MonoNow();
  begun.due_mono_ns = MonoNs(std::min(due_, begin));
  begun.begin_mono_ns = MonoNs(begin);
  RequestLog& log = shared_.recorder.BeginRequest(begun);
  shared_.host.OnBegun(!std::exchange(any_begun_, true));

  RequestFinished finished = co_await Send(assignment, turn, begin, log);
  const bool ok = finished.outcome == Outcome::kOk;
  shared_.chooser.OnRequestEnd(choice_, SignOf(finished), MonoNow());
  // When the response ended, not when this was noticed: the difference is part of ttft_user.
  due_ = FromNanos(finished.end_mono_ns);
  if (ok) {
    back_off_.OnSuccess();
    if (turn + 1 < assignment.turns) {
      messages_.push_back(ReplyMessage(exchange_.reply(), HistoryOf(assignment)));
    }
  } else if (finished.outcome == Outcome::kCancelled) {
    // A slot is only interrupted; the generator knows why.
    finished.failure = shared_.host.InterruptionKind();
  } else {
    due_ += back_off_.OnFailure();
  }
  shared_.recorder.FinishRequest(log, std::move(finished));
  co_return ok;
}

Task<RequestFinished> SlotRunner::Send(const Assignment& assignment, uint32_t turn, MonoTime begin,
                                       RequestLog& log) {
  const auto& own = assignment.item->turns[turn];
  messages_.insert(messages_.end(), own.begin(), own.end());
  RequestComposer::Request request;
  request.target = choice_.target;
  request.position = assignment.position;
  request.turn = turn;
  request.item = assignment.item;
  request.messages = messages_;
  const auto composed = shared_.composer.Compose(request);
  Target& target = shared_.targets[choice_.target];
  if (!composed.ok()) {
    const Ending ending =
        Failed(FailureKind::kSend, target.text, std::string(composed.status().message()));
    RequestFinished finished;
    finished.outcome = ending.outcome;
    finished.failure = ending.failure;
    finished.error = ending.error;
    finished.end_mono_ns = MonoNs(MonoNow());
    co_return finished;
  }
  Exchange::Order order;
  order.target = &target;
  order.bytes = composed->bytes;
  order.begin = begin;
  order.log = &log;
  const bool goes_back = turn + 1 < assignment.turns;
  const ReplyHistory history = HistoryOf(assignment);
  order.reading.keep = {.text = shared_.save_text || goes_back,
                        .reasoning = goes_back && history == ReplyHistory::kAnswerAndReasoning,
                        .ids = goes_back && history == ReplyHistory::kTokenIds};
  order.reading.trust_usage = composed->trust_usage;
  order.reading.max_tokens = composed->max_tokens;
  co_return co_await exchange_.Run(order);
}

// A prompt of ids goes on with ids.
ReplyHistory SlotRunner::HistoryOf(const Assignment& assignment) const {
  const bool of_ids = !assignment.item->turns.front().front().token_ids.empty();
  return of_ids ? ReplyHistory::kTokenIds : shared_.history;
}

Task<void> SlotRunner::WaitUntilDue() {
  // If notified, the limit or a drain may have come; then there is nothing to wait for.
  while (shared_.feed.MayBegin(MonoNow())) {
    const Wakeup::Reason reason = co_await wakeup_.WaitUntil(due_);
    if (reason != Wakeup::Reason::kNotified) co_return;
  }
}

}  // namespace specctl::agent
