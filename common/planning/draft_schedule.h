// The best draft length by load, and the ranges of batch sizes that come of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/planning/curve.h"

namespace specctl {

// Targets that differ in draft length alone, and one of their model and engine that does not
// speculate, as length 0.
struct DraftFamily {
  struct Member {
    uint32_t draft_length = 0;
    std::string target;
  };
  std::string method, drafter;  // empty: nobody tells
  std::vector<Member> members;  // by draft length; at least two
};

std::string FamilyText(const DraftFamily& family);  // "eagle3 eagle3-llama@1"; "" of neither

struct DraftChoice {
  LoadLevel load;
  uint32_t draft_length = 0;  // the fastest: highest mean User TPS
  std::string target;
  std::vector<uint32_t> as_good;      // others that are not shown to be slower, at 95 %
  std::optional<Measured> over_none;  // speedup over no speculation; absent for length 0
  std::vector<std::string> runs;      // of all that were compared
};

// Batch sizes [from, to] and their draft length; 0: no speculation.
struct DraftRange {
  uint32_t from = 1, to = 1;
  uint32_t draft_length = 0;
  bool fitted = false;               // `to` lies between two measured points
  bool undecided = false;            // at a load of it others are as good
  std::vector<uint32_t> candidates;  // the choices' lengths and those as good, upwards
};

struct DraftSchedule {
  DraftFamily family;
  CurveKey place;                    // without a target
  std::vector<DraftChoice> choices;  // by load
  // By concurrency, without gaps from 1 to the highest load measured; empty of rates.
  std::vector<DraftRange> ranges;

  uint32_t longest() const;  // draft length of any range
  // Whether both say the same of every batch size that both know.
  bool AgreesWith(const DraftSchedule& other) const;
};

// Families of the targets: by model, engine, method and drafter.  Length 0 is the baseline where it
// does not speculate, else the only target that does not; `baseline` may be empty.
std::vector<DraftFamily> DraftFamiliesOf(const Sweep& sweep, const std::string& baseline);

// For each place at which two members or more were measured.  A range goes on while its length is
// as good as the best, and begins with the shortest that is.  Where it changes between two loads,
// the range ends where a line through the two speeds' ratio passes 1, and at the lower load where a
// cliff lies there.
std::vector<DraftSchedule> SchedulesOf(std::span<const DraftFamily> families,
                                       std::span<const Curve> curves);

}  // namespace specctl
