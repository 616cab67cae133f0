#include "controller/run/interrupt_source.h"

#include <csignal>

#include <atomic>
#include <memory>

namespace specctl::controller {
namespace {

constexpr uint32_t kPatienceMax = 2;

std::atomic<uint32_t> interrupts{0};
static_assert(std::atomic<uint32_t>::is_always_lock_free, "used in a signal handler");

void OnSignal(int signal) {
  if (interrupts.fetch_add(1) + 1 <= kPatienceMax) return;
  // A user who insists gets the signal's default action.
  std::signal(signal, SIG_DFL);
  std::raise(signal);  // delivered when this handler returns
}

void Handle(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptSource::InterruptSource() {
  interrupts = 0;
  Handle(OnSignal);
}
InterruptSource::~InterruptSource() { Handle(SIG_DFL); }

StopToken InterruptSource::token() const {
  // It lives as long as the process: nobody owns it.
  return StopToken(
      std::shared_ptr<const std::atomic<uint32_t>>(std::shared_ptr<void>(), &interrupts));
}

}  // namespace specctl::controller
