// ReadSet: the sockets of all token streams, in an epoll set of their own, drained in batches.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <absl/status/status.h>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "agent/stream/drain_policy.h"
#include "agent/stream/health_meter.h"
#include "agent/stream/loop_watch.h"
#include "agent/stream/read_arrival.h"
#include "agent/stream/stamp_clock.h"
#include "agent/stream/stamped_socket.h"
#include "agent/stream/wakeup.h"
#include "common/base/prefetch.h"
#include "common/base/task.h"

namespace specctl::agent {

// What happens on one socket of the set.  None of these may remove a socket from the set.
class SocketEvents {
 public:
  virtual ~SocketEvents() = default;
  // OnRead() will come soon: what it needs may be fetched into the cache.  Called with kNear, then
  // with kFar.
  virtual void PrefetchForRead(PrefetchDepth) const {}
  virtual void OnRead(std::string_view bytes, const ReadArrival& arrival) = 0;
  // The peer closed (0) or the socket failed (errno); the set watches it no longer.
  virtual void OnSocketEnd(int error) = 0;
  virtual void OnWritable() = 0;
};

// One coroutine waits for the set and drains it: one epoll_wait for many sockets, one recvmsg for
// each into one buffer, and no other system call, lock or allocation per read.  First all are read,
// then all reads are handed on: the kernel's code and this program's are each in the caches while
// they run, and what the next stream needs is fetched meanwhile.
//
// Bounds of an arrival: a socket that a complete poll (one that returned fewer sockets than it
// could) did not report had nothing queued when that poll began, so what is read later arrived
// after it, less kQueueingSlack.  Not thread-safe.
class ReadSet {
 public:
  // A packet is stamped before it is queued on its socket.
  static constexpr Nanos kQueueingSlack = std::chrono::microseconds(50);

  // A socket of the set; the owner keeps it in place until RemoveMember().
  struct Member {
    SocketEvents* events = nullptr;
    int fd = -1;
    bool watched = false;
    bool reads = false, writes = false;  // what is waited for
    MonoTime last_arrival{};             // of its last read; when it was added
    uint64_t last_reported_poll = 0;
  };

  // What the reactor's thread has one of; outlives the set.
  struct Reactor {
    HealthMeter& health;
    LoopWatch& loop;
  };
  struct Options {
    DrainPolicy::Options drain;
    bool kernel_stamps = true;  // else arrivals are when this process reads them
  };

  ReadSet(Executor executor, Reactor reactor, Options options);
  ~ReadSet();
  // UNAVAILABLE where the system gives no epoll set.  To be called well before the first read: the
  // kernel begins to stamp with some delay.
  absl::Status Open();

  void AddMember(Member& member);
  void Watch(Member& member, bool reads, bool writes);
  void RemoveMember(Member& member);

  // While connections are being made or requests sent, sockets are drained at once.
  void BeginUrgent();
  void EndUrgent() { --urgent_; }

  // Drains the set until cancelled.
  Task<void> Run();
  // Reads all that is there now.  Not to be called from SocketEvents.
  void Drain();
  // All that arrived before this has been handed on by a Drain().
  MonoTime drained_until() const { return complete_poll_began_ - kQueueingSlack; }
  Nanos real_minus_mono() const { return clock_.real_minus_mono(); }

 private:
  using Descriptor = boost::asio::posix::basic_stream_descriptor<Executor>;
  static constexpr size_t kEventsMax = 1024;
  static constexpr size_t kReadBytesMax = 64 << 10;
  static constexpr size_t kBufferBytes = 4 * kReadBytesMax;
  static constexpr int kReadsOfOneSocketMax = 16;

  Task<bool> AwaitReadiness();
  Task<bool> Pause(MonoTime until);
  int Poll();
  void ReadFrom(Member& member);
  void HandOn();
  ReadArrival Arrival(const StampedRead& read, MonoTime early, MonoTime now) const;
  uint64_t InexactOfDrain();
  uint64_t RequestsOfDrain();
  void Drop(Member& member);
  void Control(Member& member, int operation);

  UniqueFd epoll_;
  Descriptor readiness_;   // of epoll_, open only while the reactor waits for it
  UniqueFd stamp_keeper_;  // keeps the kernel stamping
  Wakeup pause_;
  const Reactor reactor_;
  const bool kernel_stamps_;
  DrainPolicy policy_;
  StampClock clock_;
  // Reads that are not handed on yet, and where their bytes are.
  struct PendingRead {
    SocketEvents* events;
    std::string_view bytes;
    ReadArrival arrival;
  };
  std::vector<PendingRead> pending_;
  std::unique_ptr<char[]> buffer_;
  size_t buffer_used_ = 0;
  uint64_t polls_ = 0;
  uint64_t complete_poll_ = 0;  // the last one before the present
  MonoTime complete_poll_began_{};
  uint64_t reads_of_drain_ = 0;
  uint64_t inexact_before_ = 0, requests_before_ = 0;  // up to the last drain
  uint64_t streams_ = 0;
  int urgent_ = 0;
  bool draining_ = false;
  Nanos waited_{0};  // how long the present drain was put off on purpose
  // Since when what becomes ready is read at once; max() while reads are put off.
  MonoTime at_once_since_ = MonoTime::max();
};

}  // namespace specctl::agent
