// ConnectRace: which of a name's addresses answers first (Happy Eyeballs, RFC 8305).
#pragma once

#include <list>
#include <optional>
#include <vector>

#include <absl/status/status.h>

#include "agent/stream/read_set.h"
#include "agent/stream/target.h"
#include "agent/stream/wakeup.h"
#include "common/net/attempt_pace.h"

namespace specctl::agent {

// One slot's attempts, in the order of the target's addresses, 250 ms apart or at once where one
// has failed.  Where another slot has found an address meanwhile, that one is tried next.  At most
// kAttemptsMax sockets: the oldest attempt makes room, also where no file descriptor is left.  Not
// thread-safe.
class ConnectRace {
 public:
  static constexpr size_t kAttemptsMax = 8;

  // All outlive the race.  Each change notifies `wakeup`.
  ConnectRace(ReadSet& set, Wakeup& wakeup, const Target& target);
  ~ConnectRace();
  ConnectRace(const ConnectRace&) = delete;

  // Takes what has happened, and begins what is due; true once the race is over.  To be called
  // after each notification and at next_due().
  bool Advance(MonoTime now);
  MonoTime next_due() const { return pace_.next_due(); }

  // The address that answered; nullopt where all have failed.
  std::optional<size_t> winner() const { return winner_; }
  // Its connected socket, once.
  UniqueFd TakeSocket();
  // Why the last of the others failed.
  const absl::Status& failure() const { return failure_; }

 private:
  struct Attempt final : SocketEvents {
    Attempt(Wakeup& to_notify, size_t of_peer) : wakeup(to_notify), peer(of_peer) {}
    void OnRead(std::string_view, const ReadArrival&) override {}
    void OnSocketEnd(int) override {}
    void OnWritable() override;

    Wakeup& wakeup;
    const size_t peer;
    UniqueFd fd;
    ReadSet::Member member;
    std::optional<int> error;  // 0: it is connected
  };

  void BeginAttempt(MonoTime now);
  absl::StatusOr<UniqueFd> OpenSocket(size_t peer);
  size_t NextPeer() const;
  void TakeOutcomes();
  void GiveUpOldest();
  std::list<Attempt>::iterator Drop(std::list<Attempt>::iterator attempt);

  ReadSet& set_;
  Wakeup& wakeup_;
  const Target& target_;
  AttemptPace pace_;
  std::vector<bool> begun_;      // by address
  std::list<Attempt> attempts_;  // the oldest first
  std::optional<size_t> winner_;
  UniqueFd socket_;
  absl::Status failure_;
};

}  // namespace specctl::agent
