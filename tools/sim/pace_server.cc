#include "tools/sim/pace_server.h"

#include <absl/strings/str_format.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "tools/sim/pace_client.h"
#include "tools/sim/serve.h"
#include "tools/sim/vllm_metrics.h"

namespace specctl::sim {
namespace {

constexpr int kSendsBetweenPolls = 64;
// A run of thousands of streams connects all of them within a moment.
constexpr int kListenBacklog = 4096;

Nanos CpuTime() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto nanos = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return nanos(usage.ru_utime) + nanos(usage.ru_stime);
}

class PaceServer {
 public:
  PaceServer(const SimOptions& options, SendLog* log)
      : options_(options),
        schedule_(options.pace->schedule, MonoNow()),
        shared_{options, schedule_, log, report_, buffer_} {}

  ~PaceServer() {
    clients_.clear();
    for (const auto& site : sites_) ::close(site->fd);
    for (const int fd : {epoll_, signals_}) {
      if (fd >= 0) ::close(fd);
    }
  }

  absl::Status Listen();
  void Run();

 private:
  // What an event belongs to: the low bits are a client's slot or a site's number.
  static constexpr uint64_t kSignal = uint64_t{1} << 40;
  static constexpr uint64_t kSite = uint64_t{1} << 41;

  struct Alarm {
    MonoTime at;
    uint32_t slot;
    uint32_t generation;  // of the slot: an alarm of a client that has gone is void
    bool idle;            // else a chunk is due
    bool operator>(const Alarm& other) const { return at > other.at; }
  };
  struct Slot {
    std::unique_ptr<PaceClient> client;
    uint32_t generation = 0;
    bool wants_writable = false;
    bool chunk_alarm = false;  // one is set
    bool idle_alarm = false;
  };

  absl::Status ListenOn(uint16_t port);
  void Watch(int operation, int fd, uint32_t events, uint64_t tag);
  void Poll(Nanos wait_max);
  void OnEvent(const epoll_event& event);
  void OnSignal();
  void Accept(PaceSite& site);
  void SendDue();
  void OnAlarm(const Alarm& alarm);
  void After(uint32_t slot, PaceClient::Then then);
  void SetAlarms(uint32_t slot);
  void RemoveClient(uint32_t slot);
  void Print() const;

  const SimOptions& options_;
  const PaceSchedule schedule_;
  PaceReport report_;
  std::string buffer_;
  PaceShared shared_;
  int epoll_ = -1;
  int signals_ = -1;
  bool stopping_ = false;
  std::vector<std::string> urls_;
  std::vector<std::unique_ptr<PaceSite>> sites_;
  std::vector<Slot> clients_;
  std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>> free_slots_;
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
};

absl::Status PaceServer::Listen() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&set, signal);
  // As events among the others: a handler could interrupt a send.
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  ::prctl(PR_SET_TIMERSLACK, 1);  // nanoseconds: the default would make each chunk 50 us late
  Watch(EPOLL_CTL_ADD, signals_, EPOLLIN, kSignal);
  for (uint32_t i = 0; i < options_.replicas; ++i) {
    const uint16_t port = options_.port == 0 ? 0 : static_cast<uint16_t>(options_.port + i);
    if (absl::Status listening = ListenOn(port); !listening.ok()) return listening;
  }
  return AnnounceUrls(urls_, options_.port_file);
}

absl::Status PaceServer::ListenOn(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, options_.host.c_str(), &address.sin_addr) != 1) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--host: need an IPv4 address like 127.0.0.1 with --pace, got '%s'", options_.host));
  }
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int one = 1;
  // Allows a port whose last owner's connections are still in TIME_WAIT.
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof(address);
  if (::bind(fd, any, length) != 0 || ::listen(fd, kListenBacklog) != 0) {
    // close() may change it.
    const int reason = errno;
    ::close(fd);
    return absl::UnavailableError(absl::StrFormat("--port: can't listen on %s:%d: %s",
                                                  options_.host, port, std::strerror(reason)));
  }
  ::getsockname(fd, any, &length);
  urls_.push_back(absl::StrFormat("http://%s:%d", options_.host, ntohs(address.sin_port)));
  VllmApiOptions api;
  api.rules = {.model = options_.flavour.model,
               .context_tokens_max = options_.flavour.context_tokens_max,
               .refuse_continuous_usage = options_.flavour.refuse_continuous_usage,
               .speculative = false};
  api.api_key = options_.flavour.api_key;
  api.seed = options_.seed;
  api.started = UnixNow();
  const MetricsLabels labels{.model_name = options_.flavour.model, .started = api.started};
  const size_t number = sites_.size();
  if (options_.flavour.metrics) {
    api.metrics = [this, number, labels] {
      const PaceSite& site = *sites_[number];
      return VllmMetrics(site.counters, {.running = site.running}, labels) + report_.Metrics();
    };
  }
  sites_.push_back(std::make_unique<PaceSite>(fd, std::move(api)));
  Watch(EPOLL_CTL_ADD, fd, EPOLLIN, kSite | number);
  return absl::OkStatus();
}

void PaceServer::Run() {
  while (!stopping_) {
    // Signals and connections wake it, too: a second is only a bound.
    const Nanos wait = alarms_.empty() ? std::chrono::seconds(1) : alarms_.top().at - MonoNow();
    Poll(std::max(wait, Nanos(0)));
    SendDue();
  }
  Print();
}

void PaceServer::Watch(int operation, int fd, uint32_t events, uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  ::epoll_ctl(epoll_, operation, fd, &event);
}

void PaceServer::Poll(Nanos wait_max) {
  std::array<epoll_event, 256> events;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait_max);
  const timespec wait{.tv_sec = seconds.count(), .tv_nsec = (wait_max - seconds).count()};
  const int ready = ::epoll_pwait2(epoll_, events.data(), events.size(), &wait, nullptr);
  for (int i = 0; i < ready; ++i) OnEvent(events[static_cast<size_t>(i)]);
}

void PaceServer::OnEvent(const epoll_event& event) {
  const uint64_t tag = event.data.u64;
  if (tag == kSignal) return OnSignal();
  if ((tag & kSite) != 0) return Accept(*sites_[tag & ~kSite]);
  const auto slot = static_cast<uint32_t>(tag);
  PaceClient* client = clients_[slot].client.get();
  if (client == nullptr) return;  // gone since the poll
  if ((event.events & EPOLLOUT) != 0) {
    After(slot, client->OnWritable());
    client = clients_[slot].client.get();
  }
  if (client != nullptr && (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
    After(slot, client->OnReadable());
  }
}

void PaceServer::OnSignal() {
  signalfd_siginfo info{};
  if (::read(signals_, &info, sizeof(info)) != sizeof(info)) return;
  if (info.ssi_signo == SIGUSR1) return Print();
  stopping_ = true;
}

void PaceServer::Accept(PaceSite& site) {
  const int fd = ::accept4(site.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  // The client has gone, or no descriptor is free: epoll tells again.
  if (fd < 0) return;
  const int one = 1;
  // Nagle would hold chunks back for the acknowledgement of the last one.
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  if (free_slots_.empty()) {
    free_slots_.push(static_cast<uint32_t>(clients_.size()));
    clients_.emplace_back();
  }
  // The lowest: phases stay spread where clients come and go.
  const uint32_t slot = free_slots_.top();
  free_slots_.pop();
  clients_[slot].client = std::make_unique<PaceClient>(fd, slot, site, shared_);
  Watch(EPOLL_CTL_ADD, fd, EPOLLIN, slot);
  SetAlarms(slot);
}

void PaceServer::SendDue() {
  // Bounded, so that new requests don't wait behind a backlog of chunks.
  for (int sent = 0; sent < kSendsBetweenPolls; ++sent) {
    if (alarms_.empty() || alarms_.top().at > MonoNow()) return;
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    OnAlarm(alarm);
  }
}

void PaceServer::OnAlarm(const Alarm& alarm) {
  Slot& slot = clients_[alarm.slot];
  // Set for a client that has gone; the queue can't be searched for it.
  if (slot.generation != alarm.generation) return;
  if (!alarm.idle) {
    // Before OnDue(), after which the next one is set.
    slot.chunk_alarm = false;
    return After(alarm.slot, slot.client->OnDue());
  }
  slot.idle_alarm = false;
  const std::optional<MonoTime> idle_since = slot.client->idle_since();
  if (idle_since && *idle_since + kIdleLimit <= alarm.at) return RemoveClient(alarm.slot);
  SetAlarms(alarm.slot);
}

void PaceServer::After(uint32_t slot, PaceClient::Then then) {
  if (then == PaceClient::Then::kClosed) return RemoveClient(slot);
  const bool blocked = then == PaceClient::Then::kBlocked;
  // Only on a change: a system call for each chunk would be the server's main cost.
  if (std::exchange(clients_[slot].wants_writable, blocked) != blocked) {
    const uint32_t events = blocked ? EPOLLIN | EPOLLOUT : EPOLLIN;
    Watch(EPOLL_CTL_MOD, clients_[slot].client->fd(), events, slot);
  }
  SetAlarms(slot);
}

void PaceServer::SetAlarms(uint32_t number) {
  Slot& slot = clients_[number];
  if (const auto due = slot.client->NextDue(); due && !std::exchange(slot.chunk_alarm, true)) {
    alarms_.push({*due, number, slot.generation, false});
  }
  const auto idle_since = slot.client->idle_since();
  if (idle_since && !std::exchange(slot.idle_alarm, true)) {
    alarms_.push({*idle_since + kIdleLimit, number, slot.generation, true});
  }
}

void PaceServer::RemoveClient(uint32_t number) {
  Slot& slot = clients_[number];
  slot.client.reset();
  // The next client in this slot is of another generation.
  slot = Slot{.client = nullptr, .generation = slot.generation + 1};
  free_slots_.push(number);
}

void PaceServer::Print() const {
  std::printf("%s\n", report_.Text(CpuTime()).c_str());
  std::fflush(stdout);
}

}  // namespace

absl::Status RunPaceServer(const SimOptions& options) { return Serve<PaceServer>(options); }

}  // namespace specctl::sim
