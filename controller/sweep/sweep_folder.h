// SweepFolder: the files of a sweep.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "common/base/unique_fd.h"
#include "common/planning/sweep.h"

namespace specctl::controller {

// One process at a time has it.  Move-only.
class SweepFolder {
 public:
  // FAILED_PRECONDITION  another process is at work in it
  // INTERNAL             it can't be opened
  static absl::StatusOr<SweepFolder> Open(const std::string& path);

  // The sweep in it.
  // NOT_FOUND         there is no sweep.json
  // INVALID_ARGUMENT  it can't be read as one (ParseSweep)
  static absl::StatusOr<Sweep> Read(const std::string& path);

  // Writes sweep.json, whole or not at all, also where the machine stops meanwhile.
  absl::Status Save(const Sweep& sweep) const;
  // Writes pareto.csv and pareto.svg.
  absl::Status SaveCurves(const Sweep& sweep) const;

  // The folder of a new run, relative to the sweep's: "runs/<id>".
  static std::string RunFolder(const std::string& run_id) { return "runs/" + run_id; }
  std::string PathOf(const std::string& relative) const { return path_ + "/" + relative; }
  absl::Status MakeRunFolder(const std::string& run_id) const;
  // Moves what is left of a run that was cut short to partial/<id>, where nothing counts it.
  // `folder`: as in the point.  One that is not there is left so.
  absl::Status SetAside(const std::string& folder) const;

 private:
  SweepFolder(std::string path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  UniqueFd lock_;
};

}  // namespace specctl::controller
