// NullServer: a server of prepared bytes beside this agent, as a run's target.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <absl/status/statusor.h>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "common/base/child_process.h"
#include "common/base/clock.h"
#include "common/base/task.h"
#include "common/journal/null_server_report.h"

namespace specctl::agent {

// `specctl sim --pace` on a port of loopback that the kernel chooses, in a process that ends with
// this object, and with this process.  Not thread-safe.
class NullServer {
 public:
  // `chunks_per_s`: of each stream.
  NullServer(Executor executor, double chunks_per_s)
      : chunks_per_s_(chunks_per_s), output_(executor), patience_(executor) {}

  // Once.  Its URL, when it listens.
  // UNAVAILABLE  it can't be started, or does not listen within 10 s; with its own words
  Task<absl::StatusOr<std::string>> Start();
  // Once, after Start() has succeeded.  Ends it; nullopt where it does not say within 10 s how it
  // did.
  Task<std::optional<NullServerReport>> End();

 private:
  // What a reading has come to, also for a timer that outlives it.
  struct Reading {
    bool over = false, timed_out = false;
  };

  absl::Status Spawn();
  // Where what is read next takes too long, the process ends, and with it the reading.
  void BeginReading();
  void EndReading();

  const double chunks_per_s_;
  boost::asio::posix::basic_stream_descriptor<Executor> output_;
  Timer patience_;
  std::shared_ptr<ChildProcess> process_;
  std::shared_ptr<Reading> reading_;
  std::string text_;  // that it has printed
};

}  // namespace specctl::agent
