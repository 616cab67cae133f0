#include "controller/run/interrupt_source.h"

#include <csignal>

#include <atomic>

namespace specctl::controller {
namespace {

constexpr uint32_t kPatienceMax = 2;

std::atomic<uint32_t> interrupts{0};
static_assert(std::atomic<uint32_t>::is_always_lock_free, "used in a signal handler");

void OnSignal(int signal) {
  if (interrupts.fetch_add(1) + 1 <= kPatienceMax) return;
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

InterruptSource::InterruptSource() { Handle(OnSignal); }
InterruptSource::~InterruptSource() { Handle(SIG_DFL); }
uint32_t InterruptSource::count() const { return interrupts.load(); }

}  // namespace specctl::controller
