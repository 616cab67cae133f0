#include "sim_process.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "tools/sim/sim_command.h"

namespace specctl::sim {
namespace {

[[noreturn]] void RunSim(std::vector<std::string> arguments) {
  CLI::App app;
  int status = 0;
  AddSimCommand(app, status);
  arguments.insert(arguments.begin(), {"sim", "--port", "0"});
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    status = app.exit(error) == 0 ? 0 : 2;
  }
  std::fflush(stdout);
  ::_exit(status);
}

}  // namespace

SimProcess::SimProcess(const std::vector<std::string>& flags) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ends[0]);
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    RunSim(flags);
  }
  ::close(ends[1]);
  pipe_ = ends[0];
  const auto replicas = std::find(flags.begin(), flags.end(), "--replicas");
  const size_t wanted = replicas == flags.end() ? 1 : std::stoul(*(replicas + 1));
  while (ports_.size() < wanted && ReadLine()) {
  }
}

SimProcess::~SimProcess() {
  if (pid_ > 0) {
    EXPECT_EQ(Wait(), 0) << output_;
  }
  ::close(pipe_);
}

bool SimProcess::ReadLine() {
  std::array<char, 4096> bytes;
  const ssize_t size = ::read(pipe_, bytes.data(), bytes.size());
  if (size <= 0) return false;
  output_.append(bytes.data(), static_cast<size_t>(size));
  for (size_t end; (end = output_.find('\n', parsed_)) != std::string::npos; parsed_ = end + 1) {
    const std::string line = output_.substr(parsed_, end - parsed_);
    if (line.starts_with("listening on ")) {
      ports_.push_back(std::stoi(line.substr(line.rfind(':') + 1)));
    }
  }
  return true;
}

void SimProcess::Signal(int signal) const { ::kill(pid_, signal); }

int SimProcess::Wait(bool by_itself) {
  if (!by_itself) Signal(SIGTERM);
  while (ReadLine()) {
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

SimClient::SimClient(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  GiveUpAfterMillis(10'000);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) Close();
}

void SimClient::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void SimClient::GiveUpAfterMillis(int millis) const {
  const timeval limit{.tv_sec = millis / 1000, .tv_usec = millis % 1000 * 1000};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

void SimClient::Send(const std::string& bytes) const {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t taken = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (taken <= 0) return;
    sent += static_cast<size_t>(taken);
  }
}

SimClient::Ended SimClient::Fill() {
  std::array<char, 65536> bytes;
  const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (size == 0) return Ended::kClosed;
  if (size < 0) return errno == ECONNRESET ? Ended::kReset : Ended::kSilent;
  unread_.append(bytes.data(), static_cast<size_t>(size));
  return Ended::kComplete;
}

SimClient::Ended SimClient::TakeLine(std::string& line) {
  size_t end;
  while ((end = unread_.find("\r\n")) == std::string::npos) {
    if (const Ended ended = Fill(); ended != Ended::kComplete) return ended;
  }
  line = unread_.substr(0, end);
  unread_.erase(0, end + 2);
  return Ended::kComplete;
}

SimClient::Ended SimClient::TakeBytes(size_t count, std::string& bytes) {
  while (unread_.size() < count) {
    if (const Ended ended = Fill(); ended != Ended::kComplete) return ended;
  }
  bytes += unread_.substr(0, count);
  unread_.erase(0, count);
  return Ended::kComplete;
}

SimClient::Reply SimClient::ReadReply() {
  Reply reply;
  std::string line;
  size_t length = 0;
  do {
    if ((reply.ended = TakeLine(line)) != Ended::kComplete) return reply;
    reply.head += line + "\n";
    // Engines write the names of headers as they like.
    if (absl::StartsWithIgnoreCase(line, "content-length: ")) length = std::stoul(line.substr(16));
  } while (!line.empty());
  if (absl::AsciiStrToLower(reply.head).find("transfer-encoding: chunked") == std::string::npos) {
    reply.ended = TakeBytes(length, reply.body);
    return reply;
  }
  while (true) {
    if ((reply.ended = TakeLine(line)) != Ended::kComplete) return reply;
    const size_t size = std::strtoul(line.c_str(), nullptr, 16);
    if ((reply.ended = TakeBytes(size, reply.body)) != Ended::kComplete) return reply;
    if ((reply.ended = TakeLine(line)) != Ended::kComplete || size == 0) return reply;
    ++reply.chunks;
  }
}

bool SimClient::ReadUntil(const std::string& part) {
  while (unread_.find(part) == std::string::npos) {
    if (Fill() != Ended::kComplete) return false;
  }
  return true;
}

bool SimClient::ReadsEnd() {
  Ended ended;
  while ((ended = Fill()) == Ended::kComplete) {
  }
  return ended == Ended::kClosed;
}

SimClient::Reply SimClient::Get(const std::string& path) {
  Send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  return ReadReply();
}

SimClient::Reply SimClient::Post(const std::string& path, const std::string& body,
                                 const std::string& headers) {
  Send(PostBytes(path, body, headers));
  return ReadReply();
}

std::string PostBytes(const std::string& path, const std::string& body,
                      const std::string& headers) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string ChatBody(const std::string& prompt, int max_tokens, bool ignore_eos) {
  return R"({"messages":[{"role":"user","content":")" + prompt +
         R"("}],"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true},)" +
         (ignore_eos ? R"("ignore_eos":true,)" : "") + R"("max_tokens":)" +
         std::to_string(max_tokens) + "}";
}

int CompletionTokens(const std::string& body) {
  const std::string key = "\"completion_tokens\":";
  const size_t at = body.rfind(key);
  return at == std::string::npos ? 0 : std::atoi(body.c_str() + at + key.size());
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

double MetricValue(const std::string& text, const std::string& name) {
  const size_t at = text.find("\n" + name);
  EXPECT_NE(at, std::string::npos) << name;
  if (at == std::string::npos) return -1;
  const size_t end = text.find('\n', at + 1);
  const std::string line = text.substr(at + 1, end - at - 1);
  return std::strtod(line.c_str() + line.rfind(' '), nullptr);
}

}  // namespace specctl::sim
