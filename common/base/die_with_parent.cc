#include "common/base/die_with_parent.h"

#include <sys/prctl.h>

#include <csignal>

namespace specctl {

// Can't fail: SIGKILL is a signal.
void DieWithParent() { ::prctl(PR_SET_PDEATHSIG, SIGKILL); }

}  // namespace specctl
