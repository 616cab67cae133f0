#include "agent/stream/connect_race.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include <absl/strings/str_format.h>

namespace specctl::agent {

// The socket is watched until the race takes the outcome, then by whoever takes the socket.
void ConnectRace::Attempt::OnWritable() {
  if (error) return;
  error = TakeSocketError(fd.get());
  wakeup.Notify();
}

ConnectRace::ConnectRace(ReadSet& set, Wakeup& wakeup, const Target& target)
    : set_(set),
      wakeup_(wakeup),
      target_(target),
      pace_(target.peers.size()),
      begun_(target.peers.size(), false) {
  // Drain without delay: otherwise an answer could lose to a later one.
  set_.BeginUrgent();
}

ConnectRace::~ConnectRace() {
  while (!attempts_.empty()) Drop(attempts_.begin());
  set_.EndUrgent();
}

std::list<ConnectRace::Attempt>::iterator ConnectRace::Drop(std::list<Attempt>::iterator attempt) {
  set_.RemoveMember(attempt->member);
  return attempts_.erase(attempt);
}

bool ConnectRace::Advance(MonoTime now) {
  TakeOutcomes();
  while (!winner_ && pace_.next_due() <= now) BeginAttempt(now);
  return winner_ || pace_.all_failed();
}

void ConnectRace::TakeOutcomes() {
  for (auto attempt = attempts_.begin(); attempt != attempts_.end() && !winner_;) {
    if (!attempt->error) {
      ++attempt;
      continue;
    }
    const int error = *attempt->error;
    if (error == 0) {
      winner_ = attempt->peer;
      set_.RemoveMember(attempt->member);
      socket_ = std::move(attempt->fd);
    }
    attempt = Drop(attempt);
    if (error == 0) continue;
    failure_ = absl::UnavailableError(absl::StrFormat("connect: %s", std::strerror(error)));
    pace_.OnFailure();
  }
}

void ConnectRace::GiveUpOldest() {
  Drop(attempts_.begin());
  failure_ = absl::DeadlineExceededError("connect: no answer");
  pace_.OnGivenUp();
}

// The one that has answered another slot, else the next in order.
size_t ConnectRace::NextPeer() const {
  if (target_.kept && !begun_[*target_.kept]) return *target_.kept;
  return static_cast<size_t>(std::find(begun_.begin(), begun_.end(), false) - begun_.begin());
}

absl::StatusOr<UniqueFd> ConnectRace::OpenSocket(size_t peer) {
  auto fd = BeginConnect(target_.peers[peer].endpoint);
  // Out of descriptors: the oldest attempt's may serve another address better.
  if (!absl::IsResourceExhausted(fd.status()) || attempts_.empty()) return fd;
  GiveUpOldest();
  return BeginConnect(target_.peers[peer].endpoint);
}

void ConnectRace::BeginAttempt(MonoTime now) {
  const size_t peer = NextPeer();
  assert(peer < begun_.size());
  begun_[peer] = true;
  pace_.BeginAttempt(now);
  if (attempts_.size() == kAttemptsMax) GiveUpOldest();
  auto fd = OpenSocket(peer);
  if (!fd.ok()) {
    failure_ = fd.status();
    return pace_.OnFailure();
  }
  Attempt& attempt = attempts_.emplace_back(wakeup_, peer);
  attempt.fd = *std::move(fd);
  attempt.member.fd = attempt.fd.get();
  attempt.member.events = &attempt;
  attempt.member.writes = true;
  set_.AddMember(attempt.member);
}

UniqueFd ConnectRace::TakeSocket() { return std::move(socket_); }

}  // namespace specctl::agent
