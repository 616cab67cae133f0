#include "tools/specctl/agent_herd.h"

#include <unistd.h>

#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/child_process.h"
#include "common/base/clock.h"
#include "common/base/oom_kills.h"
#include "common/base/own_program.h"
#include "controller/run/interrupt_source.h"
#include "tools/specctl/exit_status.h"

namespace specctl::cli {
namespace {

constexpr Nanos kHerdLook = std::chrono::milliseconds(50);
constexpr Nanos kRestartAfter = std::chrono::seconds(1);

class Herd {
 public:
  Herd(std::vector<HerdMember> members, std::function<void(const std::string&)> tell)
      : tell_(std::move(tell)) {
    for (HerdMember& member : members) places_.push_back({.member = std::move(member)});
  }

  int Run() {
    const controller::InterruptSource signals;
    const controller::StopToken token = signals.token();
    for (uint32_t told = 0;; std::this_thread::sleep_for(kHerdLook)) {
      for (const uint32_t asked = token.requests(); told < asked; ++told) EndAll();
      for (Place& place : places_) Look(place);
      if (AllOver()) return failed_ ? kFailed : kDone;
    }
  }

 private:
  struct Place {
    HerdMember member;
    std::optional<ChildProcess> child;
    std::string killed;   // how the process before it ended; empty: there was none
    MonoTime start_at{};  // not before
    bool over = false;
  };

  void EndAll() {
    ending_ = true;
    for (Place& place : places_) {
      if (place.child) place.child->Signal(SIGTERM);
    }
  }

  void Look(Place& place) {
    if (place.over) return;
    if (!place.child) {
      if (ending_) place.over = true;
      if (!ending_ && MonoNow() >= place.start_at) Start(place);
      return;
    }
    const auto ended = place.child->Ended();
    if (!ended) return;
    place.child.reset();
    // It has said why.
    if (ended->exit_status != 0 && !ending_) {
      failed_ = true;
      EndAll();
    }
    place.over = ended->signal == 0 || ending_;
    if (place.over) return;
    const bool for_memory = ended->signal == SIGKILL && oom_kills_.TakeOne();
    place.killed = for_memory ? std::string(kKilledByOom)
                              : absl::StrFormat("was killed by signal %d", ended->signal);
    tell_(absl::StrFormat("agent %s %s; it is started again", place.member.name, place.killed));
    place.start_at = MonoNow() + kRestartAfter;
  }

  void Start(Place& place) {
    ChildProcess::Command command;
    command.words = {OwnProgram(), "--parent-pid", std::to_string(::getpid())};
    command.words.insert(command.words.end(), place.member.words.begin(), place.member.words.end());
    if (!place.killed.empty()) {
      command.words.insert(command.words.end(), {"--predecessor-end", place.killed});
    }
    auto child = ChildProcess::Start(std::move(command));
    if (child.ok()) {
      place.child = *std::move(child);
      return;
    }
    failed_ = true;
    place.over = true;
    tell_(std::string(child.status().message()));
    EndAll();
  }

  bool AllOver() const {
    for (const Place& place : places_) {
      if (!place.over) return false;
    }
    return true;
  }

  std::vector<Place> places_;
  const std::function<void(const std::string&)> tell_;
  OomKills oom_kills_;
  bool ending_ = false, failed_ = false;
};

}  // namespace

int RunAgentHerd(std::vector<HerdMember> members, std::function<void(const std::string&)> tell) {
  return Herd(std::move(members), std::move(tell)).Run();
}

}  // namespace specctl::cli
