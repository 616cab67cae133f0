// Ctrl-C and SIGTERM, counted.
#pragma once

#include "controller/run/stop_token.h"

namespace specctl::controller {

// While one exists, SIGINT and SIGTERM are counted instead of ending the process; the third ends it
// by the signal's default action, for a program that hangs.  Only one at a time; the count, and
// every token's, begins anew with it.
class InterruptSource {
 public:
  InterruptSource();
  // Puts the default actions back.
  ~InterruptSource();
  InterruptSource(const InterruptSource&) = delete;
  InterruptSource& operator=(const InterruptSource&) = delete;

  // Tells of the signals so far, and of those to come.
  StopToken token() const;
};

}  // namespace specctl::controller
