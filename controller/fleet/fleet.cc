#include "controller/fleet/fleet.h"

#include <future>
#include <set>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>
#include <spdlog/spdlog.h>

#include "common/base/boot_id.h"
#include "common/base/secret.h"
#include "controller/fleet/agent_spawner.h"
#include "controller/fleet/fleet_machine.h"
#include "controller/fleet/inbox.h"
#include "controller/session/session_hub.h"

namespace specctl::controller {
namespace {

constexpr Nanos kTurn = std::chrono::milliseconds(50);
constexpr Nanos kDismissPatience = std::chrono::seconds(2);
constexpr size_t kInboxMax = 4096;

FleetMachine::Options MachineOptions(const std::string& boot_id, const Fleet::Options& of) {
  FleetMachine::Options options;
  options.boot_id = boot_id;
  options.resuming = of.resuming;
  return options;
}

}  // namespace

class Fleet::Loop {
 public:
  Loop(Options options, std::string token)
      : options_(std::move(options)),
        boot_id_(ReadBootId()),
        token_(std::move(token)),
        machine_(MachineOptions(boot_id_, options_)) {}
  ~Loop();

  absl::Status Listen();
  // Runs `call` on the fleet's thread, and waits for its result.
  template <typename Call>
  auto Ask(Call call) -> decltype(call()) {
    // Shared: the caller may be on its way before the fleet's thread is out of the call.
    const auto task = std::make_shared<std::packaged_task<decltype(call())()>>(std::move(call));
    auto result = task->get_future();
    inbox_.Post([task] { (*task)(); });
    return result.get();
  }

  absl::Status Grow(uint32_t agents);
  absl::Status BeginRun(const std::string& run_id, uint32_t agents, RunSink sink);
  absl::Status ResumeRun(const std::string& run_id, FleetRoster roster, RunSink sink);
  void Drop(uint32_t agent) { machine_.Drop(agent); }
  void EndRun();
  void GiveUpResuming() { machine_.GiveUpResuming(); }
  std::vector<FleetMember> members() const { return machine_.members(); }

  SessionHub& hub() { return *hub_; }
  const std::string& boot_id() const { return boot_id_; }
  const std::string& token() const { return token_; }

 private:
  using Work = std::function<void()>;

  absl::Status TakeRun(const std::string& run_id, RunSink sink);
  void Run();
  void Obey();
  void Do(ToSession& send) { hub_->Send(send.session, std::move(send.message)); }
  void Do(CloseSession& close) { hub_->Close(close.session, close.status); }
  void Do(ConsumeInput& consume) { hub_->Consumed(consume.session); }
  void Do(ToRun& to) {
    if (sink_) sink_(std::move(to.input));
  }

  const Options options_;
  const std::string boot_id_, token_;
  std::unique_ptr<SessionHub> hub_;
  Inbox<Work> inbox_{kInboxMax};
  // Of the fleet's thread.
  FleetMachine machine_;
  RunSink sink_;
  // Of every run so far: an agent that is still on its way out of a run must not take what is said
  // in another for its own.
  std::set<std::string> run_ids_;
  MonoTime now_ = MonoNow();
  AgentSpawner* spawner_ = nullptr;
  uint32_t next_number_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

absl::Status Fleet::Loop::Listen() {
  SessionHub::Options options;
  options.listen = options_.listen;
  options.specctl_version = options_.specctl_version;
  options.join_token = token_;
  options.credentials = options_.credentials;
  options.services = options_.services;
  options.logs_uncalled = options_.logs_uncalled;
  // A session is read one message at a time, so that its posts are bounded by themselves.
  SessionHub::Sinks sinks{
      .session =
          [this](SessionInput input) {
            inbox_.Post([this, input = std::make_shared<SessionInput>(std::move(input))] {
              machine_.OnSession(std::move(*input), now_);
            });
          },
      .clock =
          [this](const ClockTold& told) {
            inbox_.PostOrDrop([this, told] { machine_.OnClock(told, now_); });
          }};
  auto hub = SessionHub::Start(std::move(options), std::move(sinks));
  if (!hub.ok()) return hub.status();
  hub_ = *std::move(hub);
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Fleet::Loop::Run() {
  // The kernel kills the agents when the thread that started them ends.
  AgentSpawner spawner(options_.agent_command);
  spawner_ = &spawner;
  while (!ending_) {
    // No longer: deaths and time-outs are looked for in between.
    std::deque<Work> works = inbox_.TakeItems(MonoNow() + kTurn);
    now_ = MonoNow();
    for (Work& work : works) {
      work();
      Obey();
    }
    for (const AgentSpawner::Death& death : spawner.TakeDeaths()) {
      machine_.OnProcessDied(death.number, death.how, now_);
    }
    machine_.OnTick(now_);
    Obey();
  }
  // The sessions first: an agent that has been dismissed ends by itself.
  hub_->Shutdown(kDismissPatience);
  spawner.End(kDismissPatience);
}

Fleet::Loop::~Loop() {
  if (!thread_.joinable()) return;
  inbox_.Post([this] {
    // A run that is on is released before its agents are dismissed.
    machine_.EndRun();
    machine_.Dismiss();
    ending_ = true;
  });
  thread_.join();
  if (const uint64_t dropped = inbox_.dropped(); dropped > 0) {
    spdlog::warn(
        "controller: {} clock probes were dropped: they arrived faster than they were handled",
        dropped);
  }
}

void Fleet::Loop::Obey() {
  for (FleetCommand& command : machine_.TakeCommands()) {
    std::visit([this](auto& what) { Do(what); }, command);
  }
}

absl::Status Fleet::Loop::Grow(uint32_t agents) {
  while (machine_.spawned_alive() < agents) {
    const SpawnOrder order{
        .controller_address = hub_->address(), .join_token = token_, .number = next_number_};
    if (absl::Status started = spawner_->Start(order); !started.ok()) return started;
    // Numbers are never used again: a late Hello can't pass for a newer process.
    machine_.OnSpawned(next_number_++, now_);
  }
  return absl::OkStatus();
}

absl::Status Fleet::Loop::TakeRun(const std::string& run_id, RunSink sink) {
  if (machine_.has_run()) {
    return absl::FailedPreconditionError("fleet: another run is in progress");
  }
  if (!run_ids_.insert(run_id).second) {
    return absl::AlreadyExistsError(
        absl::StrFormat("fleet: the run id %s was used before; each run needs its own", run_id));
  }
  sink_ = std::move(sink);
  return absl::OkStatus();
}

absl::Status Fleet::Loop::BeginRun(const std::string& run_id, uint32_t agents, RunSink sink) {
  absl::Status taken = TakeRun(run_id, std::move(sink));
  if (taken.ok()) machine_.BeginRun(run_id, agents, now_);
  return taken;
}

absl::Status Fleet::Loop::ResumeRun(const std::string& run_id, FleetRoster roster, RunSink sink) {
  absl::Status taken = TakeRun(run_id, std::move(sink));
  if (taken.ok()) machine_.ResumeRun(run_id, std::move(roster));
  return taken;
}

void Fleet::Loop::EndRun() {
  machine_.EndRun();
  sink_ = nullptr;
}

absl::StatusOr<std::unique_ptr<Fleet>> Fleet::Start(Options options) {
  absl::StatusOr<std::string> token = options.join_token ? *options.join_token : MakeSecret();
  if (!token.ok()) return token.status();
  auto loop = std::make_unique<Loop>(std::move(options), *std::move(token));
  if (absl::Status listening = loop->Listen(); !listening.ok()) return listening;
  return std::unique_ptr<Fleet>(new Fleet(std::move(loop)));
}

Fleet::Fleet(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Fleet::~Fleet() = default;

absl::Status Fleet::Grow(uint32_t agents) {
  return loop_->Ask([this, agents] { return loop_->Grow(agents); });
}

const std::string& Fleet::address() const { return loop_->hub().address(); }
const std::string& Fleet::join_token() const { return loop_->token(); }
const std::string& Fleet::boot_id() const { return loop_->boot_id(); }

std::vector<FleetMember> Fleet::members() {
  return loop_->Ask([this] { return loop_->members(); });
}

absl::Status Fleet::BeginRun(const std::string& run_id, uint32_t agents, RunSink sink) {
  return loop_->Ask([&] { return loop_->BeginRun(run_id, agents, std::move(sink)); });
}

absl::Status Fleet::ResumeRun(const std::string& run_id, FleetRoster roster, RunSink sink) {
  return loop_->Ask([&] { return loop_->ResumeRun(run_id, std::move(roster), std::move(sink)); });
}

void Fleet::GiveUpResuming() {
  loop_->Ask([this] { loop_->GiveUpResuming(); });
}

void Fleet::Send(SessionId session, SessionOutput output) {
  loop_->hub().Send(session, std::move(output));
}

void Fleet::Consumed(SessionId session) { loop_->hub().Consumed(session); }

void Fleet::Drop(uint32_t agent) {
  loop_->Ask([this, agent] { loop_->Drop(agent); });
}

void Fleet::EndRun() {
  loop_->Ask([this] { loop_->EndRun(); });
}

}  // namespace specctl::controller
