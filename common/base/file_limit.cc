#include "common/base/file_limit.h"

#include <sys/resource.h>

namespace specctl {

uint64_t RaiseFileLimit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  // Up to the hard limit: a stream takes a descriptor, and the usual soft limit is 1,024.
  const rlimit raised = {.rlim_cur = files.rlim_max, .rlim_max = files.rlim_max};
  // Where it fails the old limit stands, and is what callers plan with.
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  return files.rlim_cur;
}

}  // namespace specctl
