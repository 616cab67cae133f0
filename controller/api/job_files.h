// JobFiles: the files of a job that a client gets, as far as it has not got them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "controller/api/daemon.h"
#include "specctl/v1/control.pb.h"

namespace specctl::controller {

// Of one client; control.proto says which files they are, and in which order they come.
class JobFiles {
 public:
  // Takes a part to the client; false: it is gone.
  using Sink = std::function<bool(const v1::WatchPart&)>;
  // By path, relative to the job's folder: how many bytes of it the client has.
  using Held = std::map<std::string, uint64_t>;

  // `folder`: the job's.
  JobFiles(std::string folder, Held held) : folder_(std::move(folder)), sent_(std::move(held)) {}

  // Sends what there is of them for that view of the job: of the journal that grows no more than is
  // on disk.  False: the client is gone.
  // FAILED_PRECONDITION  the client has more of a journal than there is: it is another run's
  // NOT_FOUND, INTERNAL  a file is not there, or can't be read
  absl::StatusOr<bool> SendFor(const Daemon::View& view, const Sink& sink);

 private:
  struct RunFile {
    std::string folder;  // relative to the job's
    bool over = false;
  };

  absl::StatusOr<bool> SendJournal(const std::string& path, uint64_t bytes, bool over,
                                   const Sink& sink);
  absl::StatusOr<bool> SendSweep(const Daemon::View& view, const Sink& sink);
  absl::Status ReadRuns(const std::string& sweep_json);
  bool SendText(const std::string& text, const Sink& sink) const;
  std::string PathOf(const std::string& relative) const { return folder_ + "/" + relative; }

  const std::string folder_;
  Held sent_;                       // journals, by path
  std::string sweep_json_;          // as it was sent last
  std::vector<RunFile> runs_;       // that it has
  std::set<std::string> complete_;  // folders of runs whose journals the client has
};

}  // namespace specctl::controller
