// What a process does at its start so that it never outlives the one that started it.
#pragma once

namespace specctl {

// From now on the kernel kills this process (SIGKILL) when the thread that started it ends, in
// whatever way, be this process stopped or busy.  A parent that was gone before the call goes
// unnoticed: the caller checks that next, by getppid() or by the end of a pipe.
void DieWithParent();

}  // namespace specctl
