#include "common/base/bind_to_parent.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

namespace specctl {

bool BindToParent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) return false;
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
}

}  // namespace specctl
