// What a child process does between fork and exec so that it never outlives its parent.
#pragma once

#include <sys/types.h>

namespace specctl {

// The kernel kills this process (SIGKILL) when the thread that forked it ends, in whatever way.  It
// gets a process group of its own, so that a terminal's Ctrl-C reaches the parent alone, and no
// signal stays blocked.  `parent`: the parent's process id, read before the fork.  Returns false
// where the parent is gone already.  Only calls that are safe after a fork among threads.
bool BindToParent(pid_t parent);

}  // namespace specctl
