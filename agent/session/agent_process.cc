#include "agent/session/agent_process.h"

#include <csignal>
#include <cstdio>
#include <exception>
#include <random>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include "agent/session/agent_run.h"
#include "agent/session/host_facts.h"
#include "agent/session/parent_pipe.h"
#include "agent/session/session_client.h"
#include "common/base/die_with_parent.h"
#include "common/base/file_limit.h"
#include "common/base/printable.h"

namespace specctl::agent {
namespace {

namespace asio = boost::asio;
using SignalSet = asio::basic_signal_set<Executor>;

// What is in flight at the first signal gets this long.
constexpr Nanos kSignalGrace = std::chrono::seconds(10);

uint64_t DrawIncarnation() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

void Complain(const AgentOptions& options, const std::string& what) {
  if (options.on_complaint) return options.on_complaint(what);
  std::fputs(absl::StrFormat("specctl agent: %s\n", PrintableLines(what)).c_str(), stderr);
}

// The load's reactor on the calling thread, the session on another; only values pass between.
class AgentProcess {
 public:
  AgentProcess(const AgentOptions& options, uint64_t files_max)
      : options_(options),
        identity_{.incarnation = DrawIncarnation(), .files_max = files_max},
        is_spawned_(options.parent_fd >= 0),
        run_(reactor_, loop_, identity_, MakeReplies()),
        session_(session_io_, MakeSessionOptions(options), options.credentials,
                 MakeHandlers(options.on_status)),
        signals_(reactor_.get_executor(), SIGTERM) {
    // Ctrl-C goes to the terminal's whole process group: of a fleet started by specctl, the parent
    // alone acts on it, and drains the run.
    if (!is_spawned_) signals_.add(SIGINT);
  }

  absl::Status Run() {
    AwaitSignal();
    asio::post(session_io_, [this] { session_.Start(); });
    // Keeps the session's context running while it has no work: posts may come at any time.
    auto guard = std::make_optional(asio::make_work_guard(session_io_));
    std::thread session_thread([this] { session_io_.run(); });
    absl::Status ended = absl::InternalError("agent: not finished");
    std::exception_ptr failure;
    asio::co_spawn(reactor_, run_.Serve(), [&](std::exception_ptr error, absl::Status status) {
      failure = error;
      ended = std::move(status);
      // Else the reactor would wait for the next signal.
      signals_.cancel();
    });
    RunReactor(reactor_, loop_);
    asio::post(session_io_, [this] { session_.Stop(); });
    // The context now ends when the work that Stop() began is done.
    guard.reset();
    session_thread.join();
    if (failure) std::rethrow_exception(failure);
    return ended;
  }

 private:
  void AwaitSignal() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      OnSignal();
      AwaitSignal();
    });
  }

  void OnSignal() {
    const bool again = std::exchange(signalled_, true);
    // The first signal drains the run, so that what was measured is delivered. Without a run there
    // is nothing to deliver, and a second signal means that the user won't wait.
    if (!again && run_.has_job()) {
      return run_.OnStop(kSignalGrace);
    }
    asio::post(session_io_, [this, again] {
      session_.Leave(
          absl::CancelledError(again ? "told to end twice: what was not delivered by then is lost"
                                     : "told to end while idle"));
    });
  }

  template <class F>
  void ToReactor(F call) {
    asio::post(reactor_, std::move(call));
  }

  AgentRun::Replies MakeReplies() {
    AgentRun::Replies replies;
    replies.prepared = [this](std::string run_id, std::string error) {
      asio::post(session_io_, [this, run_id = std::move(run_id), error = std::move(error)] {
        session_.OnPrepared(run_id, error);
      });
    };
    replies.armed = [this](std::string run_id, Nanos late) {
      asio::post(session_io_,
                 [this, run_id = std::move(run_id), late] { session_.OnArmed(run_id, late); });
    };
    replies.batch = [this](AgentBatch batch) {
      asio::post(session_io_, [this, batch = std::move(batch)]() mutable {
        session_.OnBatch(std::move(batch));
      });
    };
    replies.done = [this](std::string run_id, bool stopped) {
      asio::post(session_io_,
                 [this, run_id = std::move(run_id), stopped] { session_.OnDone(run_id, stopped); });
    };
    return replies;
  }

  SessionClient::Handlers MakeHandlers(std::function<void(SessionStatus)> on_status) {
    SessionClient::Handlers handlers;
    handlers.on_status = std::move(on_status);
    handlers.on_job = [this](LoadJob job) {
      ToReactor([this, job = std::move(job)]() mutable { run_.OnJob(std::move(job)); });
    };
    handlers.on_arm = [this](ArmAgent order) {
      ToReactor([this, order = std::move(order)]() mutable { run_.OnArm(std::move(order)); });
    };
    handlers.on_drain = [this](DrainAgent order) {
      ToReactor([this, order = std::move(order)]() mutable { run_.OnDrain(std::move(order)); });
    };
    handlers.on_release = [this](std::string run_id) {
      ToReactor([this, run_id = std::move(run_id)] { run_.OnRelease(run_id); });
    };
    handlers.on_outage = [this](const std::string& why) {
      if (!is_spawned_) Complain(options_, why);  // else the controller says what there is to say
    };
    handlers.on_end = [this](absl::Status status) {
      ToReactor([this, status = std::move(status)] { run_.OnEnd(status); });
    };
    return handlers;
  }

  SessionMachine::Options MakeSessionOptions(const AgentOptions& options) const {
    SessionMachine::Options session;
    session.controller_address = options.controller_address;
    session.join_token = options.join_token;
    session.spawn_number = options.spawn_number;
    session.incarnation = identity_.incarnation;
    session.host = ReadHostFacts(identity_.files_max);
    session.specctl_version = options.specctl_version;
    session.store.spool_dir = options.spool_dir;
    session.name = options.name;
    session.predecessor_end = options.predecessor_end;
    session.started_unix_ns = UnixNow().time_since_epoch().count();
    if (!is_spawned_) {
      // Its controller may be started anew, or not be there yet: that is no reason to end.
      session.outage_max.reset();
      session.redial_max = std::chrono::seconds(5);
      session.redial_jitter = 0.5;
    }
    return session;
  }

  const AgentOptions& options_;
  const AgentRun::Identity identity_;
  asio::io_context reactor_{1};
  LoopWatch loop_;
  asio::io_context session_io_{1};
  const bool is_spawned_;
  AgentRun run_;
  SessionClient session_;
  SignalSet signals_;
  bool signalled_ = false;
};

absl::Status RunToEnd(AgentOptions options) {
  // First of all: Ctrl-C may come while the agent starts.
  if (options.parent_fd >= 0) std::signal(SIGINT, SIG_IGN);
  // Writing to a connection that the peer has reset is an error, not this process's end.
  std::signal(SIGPIPE, SIG_IGN);
  if (options.parent_fd >= 0) {
    DieWithParent();  // where it is gone already, the pipe has ended
    const auto order = ReadSpawnOrder(options.parent_fd);
    if (!order.ok()) return order.status();
    EndWithParent(options.parent_fd);
    options.controller_address = order->controller_address;
    options.join_token = order->join_token;
    options.spawn_number = order->number;
  }
  AgentProcess process(options, RaiseFileLimit());
  return process.Run();
}

}  // namespace

int RunAgent(const AgentOptions& options) {
  const absl::Status status = RunToEnd(options);
  if (status.ok()) return 0;
  Complain(options, std::string(status.message()));
  return 1;
}

}  // namespace specctl::agent
