// A wall clock that is stepped under a running program: a library to be preloaded.
//
// When the process gets SIGUSR2, its CLOCK_REALTIME jumps by STEPPED_CLOCK_BY_S seconds (negative:
// backwards), and all of it together, as the kernel's would: readings of the clock, the receive
// stamps of packets that arrive from then on, and waits with a deadline on that clock.  Stamps of
// packets that came before keep their time.  CLOCK_MONOTONIC goes on.
//
// Not simulated: pthread_cond_timedwait and timerfd on CLOCK_REALTIME, which specctl doesn't use.
#include <dlfcn.h>
#include <linux/futex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>

#include <signal.h>

namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
// What the handler reads is already past for other threads: the step lies ahead of all of them.
constexpr int64_t kAheadNs = 1'000'000;
// A wait sees a step this late.
constexpr int64_t kSliceNs = 20'000'000;

template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

struct Libc {
  int (*clock_gettime)(clockid_t, timespec*) = Next<int(clockid_t, timespec*)>("clock_gettime");
  ssize_t (*recvmsg)(int, msghdr*, int) = Next<ssize_t(int, msghdr*, int)>("recvmsg");
  long (*syscall)(long, ...) = Next<long(long, ...)>("syscall");
};
const Libc& Real() {
  static const Libc libc;
  return libc;
}

std::atomic<int64_t> step_at_ns{std::numeric_limits<int64_t>::max()};  // on the clock before it
int64_t step_by_ns = 0;

int64_t ToNanos(const timespec& time) { return time.tv_sec * kSecondNs + time.tv_nsec; }
timespec ToTimespec(int64_t ns) { return {.tv_sec = ns / kSecondNs, .tv_nsec = ns % kSecondNs}; }

int64_t KernelNow() {
  timespec now{};
  Real().clock_gettime(CLOCK_REALTIME, &now);
  return ToNanos(now);
}
int64_t Stepped(int64_t kernel_ns) {
  return kernel_ns < step_at_ns.load() ? kernel_ns : kernel_ns + step_by_ns;
}

void OnSignal(int) {
  const int saved_errno = errno;
  int64_t never = std::numeric_limits<int64_t>::max();
  step_at_ns.compare_exchange_strong(never, KernelNow() + kAheadNs);
  errno = saved_errno;
}

[[gnu::constructor]] void Prepare() {
  Real();
  const char* const by_s = std::getenv("STEPPED_CLOCK_BY_S");
  if (by_s == nullptr) return;
  step_by_ns = std::atoll(by_s) * kSecondNs;
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR2, &action, nullptr);
}

struct FutexWait {
  long address, operation, value, deadline, address2, mask;
};
// FUTEX_WAIT_BITSET until a time on CLOCK_REALTIME.  A step while it lasts moves its end.
long WaitOnFutex(const FutexWait& wait) {
  const int64_t deadline_ns = ToNanos(*reinterpret_cast<const timespec*>(wait.deadline));
  for (;;) {
    const int64_t now_ns = KernelNow();
    const int64_t left_ns = std::max<int64_t>(deadline_ns - Stepped(now_ns), 0);
    const timespec until = ToTimespec(now_ns + std::min(left_ns, kSliceNs));
    const long result = Real().syscall(SYS_futex, wait.address, wait.operation, wait.value, &until,
                                       wait.address2, wait.mask);
    if (result == 0 || errno != ETIMEDOUT || left_ns <= kSliceNs) return result;
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const int result = Real().clock_gettime(clock, time);
  const bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result == 0 && is_wall) *time = ToTimespec(Stepped(ToNanos(*time)));
  return result;
}

int gettimeofday(timeval* __restrict time, void* __restrict) noexcept {
  const timespec now = ToTimespec(Stepped(KernelNow()));
  *time = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* out) noexcept {
  const time_t now_s = Stepped(KernelNow()) / kSecondNs;
  if (out != nullptr) *out = now_s;
  return now_s;
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  const ssize_t bytes = Real().recvmsg(fd, message, flags);
  if (bytes < 0) return bytes;
  for (cmsghdr* part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp;
    std::memcpy(&stamp, CMSG_DATA(part), sizeof(stamp));
    stamp = ToTimespec(Stepped(ToNanos(stamp)));
    std::memcpy(CMSG_DATA(part), &stamp, sizeof(stamp));
  }
  return bytes;
}

long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long argument[6];
  for (long& value : argument) value = va_arg(list, long);
  va_end(list);
  const bool waits_on_wall_clock = number == SYS_futex && (argument[1] & FUTEX_CLOCK_REALTIME) &&
                                   (argument[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
                                   argument[3] != 0;
  if (waits_on_wall_clock) {
    return WaitOnFutex(
        {argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]});
  }
  return Real().syscall(number, argument[0], argument[1], argument[2], argument[3], argument[4],
                        argument[5]);
}

}  // extern "C"
