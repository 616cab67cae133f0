#include "agent/stream/read_set.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/epoll.h>

#include <absl/strings/str_format.h>

namespace specctl::agent {

namespace asio = boost::asio;

ReadSet::ReadSet(Executor executor, Reactor reactor, Options options)
    : readiness_(executor),
      pause_(executor),
      reactor_(reactor),
      kernel_stamps_(options.kernel_stamps),
      policy_(options.drain),
      buffer_(std::make_unique_for_overwrite<char[]>(kBufferBytes + ByteSink::kPadding)),
      complete_poll_began_(MonoNow()) {
  clock_.Refresh(ReadClockPair());
  pending_.reserve(kEventsMax);
}

ReadSet::~ReadSet() {
  if (readiness_.is_open()) readiness_.release();
}

absl::Status ReadSet::Open() {
  epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  if (epoll_.get() < 0) {
    return absl::UnavailableError(absl::StrFormat("epoll: %s", std::strerror(errno)));
  }
  stamp_keeper_ = KeepReceiveStamps();
  return absl::OkStatus();
}

void ReadSet::AddMember(Member& member) {
  assert(!member.watched);
  member.watched = true;
  member.last_arrival = MonoNow();
  // As if it had been reported: that poll knew nothing of it.
  member.last_reported_poll = complete_poll_;
  ++streams_;
  Control(member, EPOLL_CTL_ADD);
}

void ReadSet::Watch(Member& member, bool reads, bool writes) {
  if (member.reads == reads && member.writes == writes) return;
  member.reads = reads;
  member.writes = writes;
  if (member.watched) Control(member, EPOLL_CTL_MOD);
}

void ReadSet::RemoveMember(Member& member) {
  assert(!draining_);
  if (member.watched) Drop(member);
}

void ReadSet::Drop(Member& member) {
  member.watched = false;
  --streams_;
  Control(member, EPOLL_CTL_DEL);
}

void ReadSet::Control(Member& member, int operation) {
  epoll_event event{};
  event.events = (member.reads ? EPOLLIN : 0u) | (member.writes ? EPOLLOUT : 0u);
  event.data.ptr = &member;
  [[maybe_unused]] const int done = ::epoll_ctl(epoll_.get(), operation, member.fd, &event);
  assert(done == 0);
}

void ReadSet::BeginUrgent() {
  ++urgent_;
  pause_.Notify();
}

Task<void> ReadSet::Run() {
  for (;;) {
    const MonoTime now = MonoNow();
    const Nanos delay = policy_.AfterDrain(now, {.reads = std::exchange(reads_of_drain_, 0),
                                                 .inexact = InexactOfDrain(),
                                                 .requests = RequestsOfDrain(),
                                                 .streams = streams_});
    // Put off, a stamp of this process's own would be wrong by the delay.
    waited_ = urgent_ > 0 || !kernel_stamps_ ? Nanos(0) : delay;
    at_once_since_ = waited_ > Nanos(0) ? MonoTime::max() : std::min(at_once_since_, now);
    bool goes_on = false;
    if (waited_ > Nanos(0)) {
      goes_on = co_await Pause(now + waited_);
    } else {
      goes_on = co_await AwaitReadiness();
    }
    if (!goes_on) co_return;
    Drain();
  }
}

Task<bool> ReadSet::AwaitReadiness() {
  if (!readiness_.is_open()) readiness_.assign(epoll_.get());
  const auto [error] =
      co_await readiness_.async_wait(asio::posix::descriptor_base::wait_read, kTuple);
  co_return !error;
}

// A descriptor that the reactor knows wakes it whenever it becomes ready, awaited or not.
Task<bool> ReadSet::Pause(MonoTime until) {
  if (readiness_.is_open()) readiness_.release();
  co_return co_await pause_.WaitUntil(until) != Wakeup::Reason::kInterrupted;
}

void ReadSet::Drain() {
  assert(!draining_);
  draining_ = true;
  clock_.Refresh(ReadClockPair());
  reactor_.health.SetWallClockSteps(clock_.steps());
  // One more round for each full poll; what arrives meanwhile is not waited for.
  while (Poll() == static_cast<int>(kEventsMax)) {
  }
  draining_ = false;
}

int ReadSet::Poll() {
  std::array<epoll_event, kEventsMax> events;
  const MonoTime began = MonoNow();
  // Does not wait: the reactor waits for the set's own descriptor.
  const int ready = ::epoll_wait(epoll_.get(), events.data(), kEventsMax, 0);
  if (ready < 0) return 0;  // EINTR: the next drain is near
  ++polls_;
  for (int i = 0; i < ready; ++i) {
    // Members are scattered over the heap: fetched three ahead, each is in the cache when its turn
    // comes.
    if (i + 3 < ready) Prefetch(events[static_cast<size_t>(i) + 3].data.ptr, sizeof(Member));
    Member& member = *static_cast<Member*>(events[static_cast<size_t>(i)].data.ptr);
    const uint32_t what = events[static_cast<size_t>(i)].events;
    const bool broken = (what & (EPOLLERR | EPOLLHUP)) != 0;
    // epoll reports errors unasked: without a taker, this one would come back with every poll.
    if (broken && !member.reads && !member.writes) Drop(member);
    if (member.writes && (broken || (what & EPOLLOUT) != 0)) member.events->OnWritable();
    if (member.reads && (broken || (what & EPOLLIN) != 0)) ReadFrom(member);
    member.last_reported_poll = polls_;
  }
  HandOn();
  // Fewer than asked for, so nothing else was ready.
  if (static_cast<size_t>(ready) < kEventsMax) {
    complete_poll_ = polls_;
    complete_poll_began_ = began;
  }
  return ready;
}

void ReadSet::ReadFrom(Member& member) {
  MonoTime early = member.last_arrival;
  // The last complete poll did not report it, so its queue was empty then.
  if (member.last_reported_poll != complete_poll_) {
    early = std::max(early, complete_poll_began_ - kQueueingSlack);
  }
  // Bounded, so that one fast socket does not starve the others; epoll reports it again.
  for (int i = 0; i < kReadsOfOneSocketMax; ++i) {
    if (kBufferBytes - buffer_used_ < kReadBytesMax) HandOn();
    char* const into = buffer_.get() + buffer_used_;
    const StampedRead read = ReadStamped(member.fd, std::span(into, kReadBytesMax));
    const MonoTime now = MonoNow();
    if (read.bytes <= 0) {
      if (read.error == EAGAIN) return;
      Drop(member);
      member.events->OnSocketEnd(read.error);
      return;
    }
    const ReadArrival arrival = Arrival(read, early, now);
    member.last_arrival = early = arrival.late;
    ++reads_of_drain_;
    // Deliberate delay does not count as lag.
    reactor_.health.OnRead(now - arrival.late - waited_, arrival.stamped);
    const auto size = static_cast<size_t>(read.bytes);
    pending_.push_back({member.events, {into, size}, arrival});
    buffer_used_ += size;
    // Fewer bytes than asked for: the socket is empty, and another call would only return EAGAIN.
    if (!arrival.filled) return;
    HandOn();  // the socket's end, should it be next, comes after its bytes
  }
}

void ReadSet::HandOn() {
  const size_t count = pending_.size();
  for (size_t i = 0; i < count; ++i) {
    if (i + 4 < count) pending_[i + 4].events->PrefetchForRead(PrefetchDepth::kNear);
    if (i + 2 < count) pending_[i + 2].events->PrefetchForRead(PrefetchDepth::kFar);
    const PendingRead& read = pending_[i];
    read.events->OnRead(read.bytes, read.arrival);
  }
  pending_.clear();
  buffer_used_ = 0;
}

ReadArrival ReadSet::Arrival(const StampedRead& read, MonoTime early, MonoTime now) const {
  ReadArrival arrival;
  const auto stamp =
      read.stamp && kernel_stamps_ ? clock_.ToMono(*read.stamp, {early, now}) : std::nullopt;
  arrival.stamped = stamp.has_value();
  arrival.late = stamp.value_or(now);
  arrival.early = std::min(early, arrival.late);
  arrival.filled = static_cast<size_t>(read.bytes) == kReadBytesMax;
  // While reads are put off, the reactor is not waiting for these sockets.
  const MonoTime ready_since = std::max(arrival.early, at_once_since_);
  if (ready_since < arrival.late) {
    arrival.awaited = reactor_.loop.AwaitedWithin(ready_since, arrival.late, now);
  }
  return arrival;
}

uint64_t ReadSet::InexactOfDrain() {
  const uint64_t inexact = reactor_.health.inexact_reads();
  return inexact - std::exchange(inexact_before_, inexact);
}

uint64_t ReadSet::RequestsOfDrain() {
  const uint64_t requests = reactor_.health.requests_sent();
  return requests - std::exchange(requests_before_, requests);
}

}  // namespace specctl::agent
