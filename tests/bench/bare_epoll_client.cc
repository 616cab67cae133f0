// The least that a client can do: N streams over one epoll loop, a byte scan and no JSON.
//
// What the agent's CPU per chunk is compared with.  The same request as the agent's, kernel stamps
// asked for and thrown away, all sockets drained every --drain-ms, one buffer, one recvmsg for each
// ready socket.  Ends when all streams have, or at SIGTERM; then prints what it read and took.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <absl/strings/str_format.h>

#include <CLI/CLI.hpp>

namespace specctl {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

volatile std::sig_atomic_t g_stop = 0;

struct Options {
  uint16_t port = 0;
  int streams = 512;
  int osl = 1000;
  double drain_ms = 3;
};

struct Totals {
  uint64_t events = 0, reads = 0, bytes = 0, unstamped = 0;
};

std::string RequestBytes(const Options& options, int number) {
  std::string prompt = absl::StrFormat("Question %d: ", number);
  for (int i = 0; i < 6; ++i) prompt += "what do you make of it, and why is it so? ";
  const std::string body = absl::StrFormat(
      R"({"model":"sim","messages":[{"role":"user","content":"%s"}],"max_tokens":%d,"stream":true,)"
      R"("stream_options":{"include_usage":true,"continuous_usage_stats":true}})",
      prompt, options.osl);
  return absl::StrFormat(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n"
      "Content-Type: application/json\r\nX-Request-Id: bare-epoll-client-%05d.0\r\n"
      "Content-Length: %d\r\n\r\n%s",
      options.port, number, body.size(), body);
}

// A connection on which the request has been sent; -1 where that failed.
int OpenStream(const Options& options, int number) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = RequestBytes(options, number);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size())) {
    return fd;
  }
  ::close(fd);
  return -1;
}

uint64_t CountEvents(std::string_view bytes) {
  uint64_t count = 0;
  for (size_t at = bytes.find("data: "); at != std::string_view::npos;
       at = bytes.find("data: ", at + 6)) {
    ++count;
  }
  return count;
}

class Client {
 public:
  explicit Client(int streams) : ready_(static_cast<size_t>(streams)), open_(streams) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  }
  ~Client() { ::close(epoll_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }
  // Reads once from every socket that has something.
  void Drain() {
    const int ready = ::epoll_wait(epoll_, ready_.data(), static_cast<int>(ready_.size()), 0);
    for (int i = 0; i < ready; ++i) Read(ready_[static_cast<size_t>(i)].data.fd);
  }
  bool done() const { return open_ == 0; }
  const Totals& totals() const { return totals_; }

 private:
  void Read(int fd) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control;
    iovec vector{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(fd, &message, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    const std::string_view bytes(buffer_.data(), size > 0 ? static_cast<size_t>(size) : 0);
    if (CMSG_FIRSTHDR(&message) == nullptr) ++totals_.unstamped;
    ++totals_.reads;
    totals_.bytes += bytes.size();
    totals_.events += CountEvents(bytes);
    if (bytes.empty() || bytes.ends_with("\r\n0\r\n\r\n")) {
      ::close(fd);
      --open_;
    }
  }

  int epoll_ = -1;
  std::vector<epoll_event> ready_;
  std::array<char, 64u << 10> buffer_;
  Totals totals_;
  int open_;
};

double Micros(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

void Print(const Totals& totals) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const double user_us = Micros(usage.ru_utime), system_us = Micros(usage.ru_stime);
  absl::PrintF(
      "events %d  reads %d  bytes %d  unstamped %d  user s %.3f  system s %.3f  "
      "us per event %.2f\n",
      totals.events, totals.reads, totals.bytes, totals.unstamped, user_us / 1e6, system_us / 1e6,
      totals.events == 0 ? 0.0 : (user_us + system_us) / static_cast<double>(totals.events));
}

int Run(const Options& options) {
  Client client(options.streams);
  for (int number = 0; number < options.streams; ++number) {
    const int fd = OpenStream(options, number);
    if (fd < 0) {
      std::perror("bare_epoll_client: a stream");
      return 1;
    }
    client.Watch(fd);
  }
  const auto interval = std::chrono::microseconds(static_cast<int64_t>(options.drain_ms * 1000));
  SteadyTime next = std::chrono::steady_clock::now();
  while (g_stop == 0 && !client.done()) {
    client.Drain();
    // Absolute times; what was missed is not made up for.
    next = std::max(next + interval, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next);
  }
  Print(client.totals());
  return 0;
}

}  // namespace
}  // namespace specctl

int main(int argc, char** argv) {
  specctl::Options options;
  CLI::App app("A bare epoll client of token streams");
  app.add_option("--port", options.port, "Port on 127.0.0.1")->required();
  app.add_option("--streams", options.streams, "Streams to open")->check(CLI::Range(1, 100'000));
  app.add_option("--osl", options.osl, "max_tokens of each");
  app.add_option("--drain-ms", options.drain_ms, "Time between drains")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGTERM, [](int) { specctl::g_stop = 1; });
  std::signal(SIGINT, [](int) { specctl::g_stop = 1; });
  return specctl::Run(options);
}
