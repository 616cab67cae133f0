#include "controller/session/front_door.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <charconv>
#include <list>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include <absl/strings/str_format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "common/base/mutex.h"
#include "common/base/task.h"
#include "common/base/unique_fd.h"

namespace specctl::controller {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr int kUserTimeoutMs = 20'000;

using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

absl::Status CantListen(const std::string& listen, const std::string& why) {
  return absl::UnavailableError(absl::StrFormat(
      "controller: can't listen on %s: %s; is it an address of this host, and is the port free?",
      listen, why));
}

// As grpc::ServerContext::peer() names it (gRPC 1.51, grpc_sockaddr_to_uri): IPv4 addresses that
// are mapped into IPv6 are IPv4 ones, and brackets are escaped.
std::string PeerName(const tcp::endpoint& peer) {
  asio::ip::address address = peer.address();
  if (address.is_v4()) return absl::StrFormat("ipv4:%s:%d", address.to_string(), peer.port());
  asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) {
    const auto v4 = asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
    return absl::StrFormat("ipv4:%s:%d", v4.to_string(), peer.port());
  }
  v6.scope_id(0);
  return absl::StrFormat("ipv6:%%5B%s%%5D:%d", v6.to_string(), peer.port());
}

// "fe80::1%25eth0" without "%25eth0": interfaces may be named or numbered.
std::string WithoutScope(const std::string& peer) {
  const size_t scope = peer.find("%25");
  const size_t end = peer.find("%5D");
  if (scope == std::string::npos || end == std::string::npos || scope > end) return peer;
  return peer.substr(0, scope) + peer.substr(end);
}

struct HostPort {
  std::string host;
  std::string port;
};

absl::StatusOr<HostPort> SplitListen(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return CantListen(listen, "need HOST:PORT");
  HostPort found{.host = listen.substr(0, colon), .port = listen.substr(colon + 1)};
  uint16_t port = 0;
  const char* const end = found.port.data() + found.port.size();
  const auto read = std::from_chars(found.port.data(), end, port);
  if (read.ec != std::errc() || read.ptr != end) return CantListen(listen, "need HOST:PORT");
  if (found.host.starts_with('[') && found.host.ends_with(']')) {
    found.host = found.host.substr(1, found.host.size() - 2);
  }
  return found;
}

}  // namespace

class FrontDoor::Loop {
 public:
  explicit Loop(OnUncalled on_uncalled) : on_uncalled_(std::move(on_uncalled)) {}
  ~Loop() { Close(); }

  absl::Status Listen(const std::string& listen);
  uint16_t port() const { return port_; }
  void Open(std::unique_ptr<Server> server);
  void OnCall(const std::string& peer);
  void Close();

 private:
  // A connection that has made no call yet, seen by a descriptor of its own.
  struct Visitor {
    explicit Visitor(Executor executor) : descriptor(executor), patience(executor) {}
    std::string peer;
    Descriptor descriptor;
    Timer patience;
    MonoTime ended;
    bool called = false;  // with mu_ held
  };

  boost::system::error_code ListenAt(const tcp::endpoint& endpoint);
  void Accept(Acceptor& acceptor);
  void AcceptLater(Acceptor& acceptor);
  void Admit(Socket socket, const tcp::endpoint& from);
  void Watch(int fd, const tcp::endpoint& from);
  void OnEnded(const std::shared_ptr<Visitor>& visitor);
  void Judge(const std::shared_ptr<Visitor>& visitor);

  const OnUncalled on_uncalled_;
  uint16_t port_ = 0;
  asio::io_context io_{1};
  std::list<Acceptor> acceptors_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  Mutex mu_;
  std::map<std::string, std::shared_ptr<Visitor>> visitors_ ABSL_GUARDED_BY(mu_);  // by peer
};

absl::Status FrontDoor::Loop::Listen(const std::string& listen) {
  auto place = SplitListen(listen);
  if (!place.ok()) return place.status();
  boost::system::error_code error;
  std::vector<tcp::endpoint> endpoints;
  if (place->host.empty() || place->host == "0.0.0.0" || place->host == "::") {
    port_ = static_cast<uint16_t>(std::stoi(place->port));
    // Of both kinds; a host without IPv6 has the other.
    const auto failed = ListenAt({asio::ip::address_v6::any(), port_});
    if (!failed) return absl::OkStatus();
    const bool no_v6 = failed == asio::error::address_family_not_supported ||
                       failed == boost::system::errc::address_not_available;
    if (!no_v6) return CantListen(listen, failed.message());
    endpoints = {{asio::ip::address_v4::any(), port_}};
  } else {
    tcp::resolver resolver(io_);
    const auto found = resolver.resolve(
        place->host, place->port, tcp::resolver::passive | tcp::resolver::numeric_service, error);
    for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  }
  for (tcp::endpoint endpoint : endpoints) {
    // All at the port that the kernel chose for the first.
    if (port_ != 0) endpoint.port(port_);
    const auto failed = ListenAt(endpoint);
    if (failed && !error) error = failed;
  }
  if (acceptors_.empty()) return CantListen(listen, error.message());
  return absl::OkStatus();
}

boost::system::error_code FrontDoor::Loop::ListenAt(const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  Acceptor acceptor(io_.get_executor());
  acceptor.open(endpoint.protocol(), error);
  // Without SO_REUSEPORT: else two controllers could share the port, and the agents.
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) {
    acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return error;
  // For what is accepted.  As gRPC has it: a peer that is gone holds no call for the kernel's
  // quarter of an hour; a kernel without it has that.
  ::setsockopt(acceptor.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs,
               sizeof kUserTimeoutMs);
  port_ = acceptor.local_endpoint(error).port();
  acceptors_.push_back(std::move(acceptor));
  return error;
}

void FrontDoor::Loop::Open(std::unique_ptr<Server> server) {
  server_ = std::move(server);
  for (Acceptor& acceptor : acceptors_) Accept(acceptor);
  thread_ = std::thread([this] { io_.run(); });
}

void FrontDoor::Loop::Accept(Acceptor& acceptor) {
  auto from = std::make_shared<tcp::endpoint>();
  const auto accepted = [this, &acceptor, from](boost::system::error_code error, Socket socket) {
    if (error == asio::error::operation_aborted) return;  // the acceptor is gone
    if (error) return AcceptLater(acceptor);
    Admit(std::move(socket), *from);
    Accept(acceptor);
  };
  acceptor.async_accept(*from, accepted);
}

// Out of descriptors, say: in a while there may be some.
void FrontDoor::Loop::AcceptLater(Acceptor& acceptor) {
  auto pause = std::make_shared<Timer>(io_.get_executor(), kAcceptPause);
  pause->async_wait([this, &acceptor, pause](const auto&) { Accept(acceptor); });
}

void FrontDoor::Loop::Admit(Socket socket, const tcp::endpoint& from) {
  boost::system::error_code error;
  socket.set_option(tcp::no_delay(true), error);
  // Who is gone already has an error here, and ends as a connection without a call.
  socket.native_non_blocking(true, error);
  UniqueFd connection(socket.release(error));
  if (error) return;
  Watch(::fcntl(connection.get(), F_DUPFD_CLOEXEC, 0), from);
  Server::NewConnectionParameters handed;
  handed.fd = connection.Release();
  server_->HandleNewConnection(&handed);
}

void FrontDoor::Loop::Watch(int fd, const tcp::endpoint& from) {
  auto visitor = std::make_shared<Visitor>(io_.get_executor());
  UniqueFd owned(fd);
  boost::system::error_code error;
  visitor->descriptor.assign(fd, error);
  if (error) return;  // none was left: served all the same
  owned.Release();
  visitor->peer = PeerName(from);
  {
    MutexLock lock(mu_);
    visitors_[visitor->peer] = visitor;
  }
  // gRPC shuts its connections down when it closes them, which this descriptor sees.
  visitor->descriptor.async_wait(Descriptor::wait_error, [this, visitor](const auto& failed) {
    if (!failed) OnEnded(visitor);
  });
}

void FrontDoor::Loop::OnEnded(const std::shared_ptr<Visitor>& visitor) {
  visitor->ended = MonoNow();
  boost::system::error_code ignored;
  visitor->descriptor.close(ignored);
  visitor->patience.expires_after(kCallPatience);
  visitor->patience.async_wait([this, visitor](const auto& error) {
    if (!error) Judge(visitor);
  });
}

void FrontDoor::Loop::Judge(const std::shared_ptr<Visitor>& visitor) {
  {
    MutexLock lock(mu_);
    if (visitor->called) return;
    const auto at = visitors_.find(visitor->peer);
    // Its port may be another connection's by now.
    if (at != visitors_.end() && at->second == visitor) visitors_.erase(at);
  }
  on_uncalled_(visitor->peer, visitor->ended);
}

void FrontDoor::Loop::OnCall(const std::string& peer) {
  std::shared_ptr<Visitor> visitor;
  {
    MutexLock lock(mu_);
    const auto at = visitors_.find(WithoutScope(peer));
    if (at == visitors_.end()) return;
    visitor = std::move(at->second);
    visitor->called = true;
    visitors_.erase(at);
  }
  asio::post(io_, [visitor] {
    boost::system::error_code ignored;
    visitor->descriptor.close(ignored);
    visitor->patience.cancel();
  });
}

void FrontDoor::Loop::Close() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] {
    acceptors_.clear();
    io_.stop();
  });
  thread_.join();
}

absl::StatusOr<std::unique_ptr<FrontDoor>> FrontDoor::Listen(const std::string& listen,
                                                             OnUncalled on_uncalled) {
  auto loop = std::make_unique<Loop>(std::move(on_uncalled));
  if (auto listening = loop->Listen(listen); !listening.ok()) return listening;
  return std::unique_ptr<FrontDoor>(new FrontDoor(std::move(loop)));
}

FrontDoor::FrontDoor(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
FrontDoor::~FrontDoor() = default;

uint16_t FrontDoor::port() const { return loop_->port(); }
void FrontDoor::Open(std::unique_ptr<Server> server) { loop_->Open(std::move(server)); }
void FrontDoor::OnCall(const std::string& peer) { loop_->OnCall(peer); }
void FrontDoor::Close() { loop_->Close(); }

}  // namespace specctl::controller
