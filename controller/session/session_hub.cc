#include "controller/session/session_hub.h"

#include <condition_variable>
#include <map>

#include <absl/strings/str_format.h>
#include <grpcpp/grpcpp.h>

#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/security/refusal_reasons.h"
#include "common/session/grpc_status.h"
#include "controller/session/call_watch.h"
#include "controller/session/front_door.h"
#include "controller/session/refusal_log.h"
#include "controller/session/session_reactor.h"

namespace specctl::controller {
namespace {

// A batch holds some 200 ms of an agent: well under this, even after a stall.
constexpr int kReceiveBytesMax = 64 << 20;

// Agents ping a silent connection; gRPC would take more than two in five minutes for an attack.
constexpr int kPingIntervalMsMin = 1'000;

// Of all calls together: those that are answered with a thread each, and what is received and not
// taken yet.
constexpr int kThreadsMax = 128;
constexpr size_t kMemoryBytesMax = 2u << 30;

// Ends a call at once, for one that is refused.
class RefusingReactor final
    : public grpc::ServerBidiReactor<v1::AgentMessage, v1::ControllerMessage> {
 public:
  explicit RefusingReactor(grpc::Status status) { Finish(std::move(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

class SessionHub::Server final : public v1::AgentSession::CallbackService {
 public:
  Server(Options options, Sinks sinks) : options_(std::move(options)), sinks_(std::move(sinks)) {}

  absl::StatusOr<std::string> Listen() {
    auto door = FrontDoor::Listen(options_.listen, [this](const std::string& peer, MonoTime ended) {
      if (!options_.logs_uncalled) return;
      refusals_.OnUncalled(peer, RefusalReasons::OfProcess().TakeFor(ended));
    });
    if (!door.ok()) return door.status();
    door_ = *std::move(door);
    grpc::ServerBuilder builder;
    auto connections = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        options_.credentials);
    builder.experimental().SetInterceptorCreators(MakeInterceptors());
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kPingIntervalMsMin);
    builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
    builder.SetMaxSendMessageSize(-1);
    builder.RegisterService(this);
    for (grpc::Service* service : options_.services) builder.RegisterService(service);
    grpc::ResourceQuota quota("controller");
    builder.SetResourceQuota(quota.SetMaxThreads(kThreadsMax).Resize(kMemoryBytesMax));
    grpc_ = builder.BuildAndStart();
    if (grpc_ == nullptr) return absl::UnavailableError("controller: gRPC does not start");
    door_->Open(std::move(connections));
    const size_t colon = options_.listen.rfind(':');
    return absl::StrFormat("%s:%d", options_.listen.substr(0, colon), door_->port());
  }

  grpc::ServerBidiReactor<v1::AgentMessage, v1::ControllerMessage>* Session(
      grpc::CallbackServerContext* context) override {
    SessionReactor* reactor = nullptr;
    {
      MutexLock lock(mu_);
      if (closing_ || sessions_.size() >= options_.sessions_max) {
        door_->OnCall(context->peer());
        const auto full = absl::ResourceExhaustedError(closing_ ? "controller: it ends"
                                                                : "controller: too many sessions");
        if (!closing_) refusals_.OnEnd(context->peer(), full);
        return new RefusingReactor(ToGrpc(full));
      }
      const SessionId id = ++last_id_;
      reactor = new SessionReactor(
          context, {.id = id,
                    .specctl_version = options_.specctl_version,
                    .join_token = options_.join_token,
                    .sink = sinks_.session,
                    .on_stranger =
                        [this](const std::string& peer, const absl::Status& why) {
                          door_->OnCall(peer);
                          refusals_.OnRefused(peer, why);
                        },
                    .on_greeted = [this](const std::string& peer) { door_->OnCall(peer); },
                    .on_done = [this, id] { Forget(id); }});
      sessions_.emplace(id, reactor);
    }
    reactor->Start();
    return reactor;
  }

  grpc::ServerUnaryReactor* ProbeClock(grpc::CallbackServerContext* context,
                                       const v1::ClockProbeRequest* request,
                                       v1::ClockProbeReply* reply) override {
    // First: any time spent before this would be an error of the exchange.
    const int64_t received_ns = MonoNs(MonoNow());
    door_->OnCall(context->peer());
    const ClockProbe probe = DecodeClockProbe(*request);
    if (probe.previous) {
      sinks_.clock({.incarnation = probe.incarnation, .exchange = *probe.previous});
    }
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    EncodeClockReply(ClockReply{.controller_receive_mono_ns = received_ns,
                                .controller_send_mono_ns = MonoNs(MonoNow())},
                     *reply);
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  void Close(SessionId id, const absl::Status& status) {
    With(id, [&](SessionReactor& reactor) {
      refusals_.OnEnd(reactor.peer(), status);
      reactor.FinishAfterWrites(ToGrpc(status));
    });
  }

  // Calls `act` with the session's reactor, which can't go away meanwhile.
  template <typename Act>
  void With(SessionId id, const Act& act) {
    MutexLock lock(mu_);
    if (const auto at = sessions_.find(id); at != sessions_.end()) act(*at->second);
  }

  void Shutdown(Nanos patience) {
    const auto deadline = MonoNow() + patience;
    {
      std::unique_lock<Mutex> lock(mu_);
      closing_ = true;
      gone_.wait_until(lock, deadline, [this] { return SessionsEmpty(); });
    }
    if (grpc_ == nullptr) return;
    door_->Close();
    // Cancels the calls that are left.
    grpc_->Shutdown(std::chrono::system_clock::now());
    grpc_->Wait();
    // The calls have ended; their reactors may still be on their way out.
    std::unique_lock<Mutex> lock(mu_);
    gone_.wait(lock, [this] { return SessionsEmpty(); });
    grpc_.reset();
  }

 private:
  using Interceptors =
      std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>;
  Interceptors MakeInterceptors() {
    Interceptors interceptors;
    interceptors.push_back(std::make_unique<CallWatch>(
        v1::AgentSession::service_full_name(),
        [this](const std::string& peer) { door_->OnCall(peer); },
        [this](const std::string& peer, const absl::Status& status) {
          refusals_.OnEnd(peer, status);
        }));
    return interceptors;
  }

  // Only with mu_ held, by a std::unique_lock that the analysis doesn't see.
  bool SessionsEmpty() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return sessions_.empty(); }

  void Forget(SessionId id) {
    MutexLock lock(mu_);
    sessions_.erase(id);
    gone_.notify_all();
  }

  const Options options_;
  const Sinks sinks_;
  Mutex mu_;
  std::condition_variable_any gone_;
  RefusalLog refusals_;
  std::map<SessionId, SessionReactor*> sessions_ ABSL_GUARDED_BY(mu_);
  SessionId last_id_ ABSL_GUARDED_BY(mu_) = 0;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  std::unique_ptr<FrontDoor> door_;
  std::unique_ptr<grpc::Server> grpc_;
};

absl::StatusOr<std::unique_ptr<SessionHub>> SessionHub::Start(Options options, Sinks sinks) {
  auto server = std::make_unique<Server>(std::move(options), std::move(sinks));
  absl::StatusOr<std::string> address = server->Listen();
  if (!address.ok()) return address.status();
  return std::unique_ptr<SessionHub>(new SessionHub(std::move(server), *std::move(address)));
}

SessionHub::SessionHub(std::unique_ptr<Server> server, std::string address)
    : server_(std::move(server)), address_(std::move(address)) {}

SessionHub::~SessionHub() { server_->Shutdown(Nanos(0)); }

void SessionHub::Consumed(SessionId session) {
  server_->With(session, [](SessionReactor& reactor) { reactor.ReadNext(); });
}

void SessionHub::Send(SessionId session, SessionOutput output) {
  server_->With(session, [&output](SessionReactor& reactor) { reactor.Send(std::move(output)); });
}

void SessionHub::Close(SessionId session, const absl::Status& status) {
  server_->Close(session, status);
}

void SessionHub::Shutdown(Nanos patience) { server_->Shutdown(patience); }

}  // namespace specctl::controller
