// Exchange: sends one request after another on a slot's connection and follows the responses.
#pragma once

#include <optional>
#include <string>

#include "agent/stream/connection.h"
#include "agent/stream/ending.h"
#include "agent/stream/read_set.h"
#include "agent/stream/response_intake.h"
#include "agent/stream/target.h"
#include "agent/stream/wakeup.h"
#include "common/engine/reply_history.h"
#include "common/workload/run_spec.h"

namespace specctl::agent {

// One keep-alive connection, closed once it is idle for kIdleMax, before the servers do it at 5 s,
// or where the next request goes to another target.  One that stays open after a complete answer
// (see EndGrace) is closed, and the request ended with the answer's last event.  A request is sent
// again, once, where a reused connection failed before any byte of the response; start and send
// times are then those of the second time.  Nothing else is retried.  Not thread-safe.
class Exchange {
 public:
  static constexpr Nanos kIdleMax = std::chrono::seconds(4);
  struct Shared {
    ReadSet& read_set;
    HealthMeter& health;
    TimeoutSpec timeouts;
    bool save_text = false;
    Nanos idle_max = kIdleMax;
  };

  // All that is given outlives the exchange.
  Exchange(Shared shared, ResponseIntake::Shared intake, Wakeup& wakeup);

  struct Order {
    Target* target = nullptr;  // which of its addresses answers is kept there
    std::string_view bytes;    // of the request
    MonoTime begin;            // the request's time limit counts from here
    RequestLog* log = nullptr;
    ResponseReader::Options reading;  // how the response is to be read
  };
  // Carries out one request; all but `ordinal` of the result is set.  Ends early, as kInterrupted,
  // where the wake-up is interrupted: the caller knows what for.
  Task<RequestFinished> Run(Order order);

  // What `reading` kept of the last request's answer; valid until the next.
  KeptReply reply() const { return intake_.reader().kept(); }
  void CloseConnection();

 private:
  Task<Ending> Attempt(const Order& order, bool may_resend, RequestFinished& finished);
  Task<Ending> EnsureConnection(const Order& order, RequestFinished& finished);
  Task<Ending> Connect(const Order& order, MonoTime due);
  Task<Ending> ConnectInTurn(const Order& order, MonoTime due);
  Task<Ending> ConnectTo(const Order& order, size_t peer, MonoTime due);
  Task<Ending> RaceAddresses(const Order& order, MonoTime due);
  Task<Ending> AwaitOpen(const Order& order, MonoTime due);
  Ending ConnectTimeout(const Order& order) const;
  Task<Ending> SendAndReceive(const Order& order, RequestFinished& finished);
  MonoTime EndOfWait(const Order& order, MonoTime active_at) const;
  bool LeavesOpen(const Target& target) const;
  std::optional<Ending> TimeLimit(const Order& order, MonoTime active_at) const;
  void LearnEnd(Target& target) const;

  // What a read touches lies together.
  std::optional<Connection> connection_;
  ResponseIntake intake_;
  const Shared shared_;
  Wakeup& wakeup_;
  const Target* connected_to_ = nullptr;
  size_t peer_ = 0;  // the address of it that ConnectTo() used last
  MonoTime idle_since_{};
  bool reused_ = false;  // the present request's connection had carried another
  bool resend_ = false;  // the present attempt failed in a way that asks for another
};

}  // namespace specctl::agent
