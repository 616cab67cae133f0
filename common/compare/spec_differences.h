// What two runs were asked to do differently.
#pragma once

#include <string>
#include <vector>

#include "common/analysis/results.h"

namespace specctl {

struct SpecDifference {
  std::string field;  // its path in run.json, without "spec.": "load.bs", "targets.0.url"
  std::string a, b;   // as JSON without quotes, lists joined by commas; empty: absent
};

// Every field of run.json that differs, in its order: the spec, the dataset, tags, targets with
// what the probe found, and specctl's version; not what differs between any two runs (ids, times).
std::vector<SpecDifference> SpecDifferences(const Results& a, const Results& b);

}  // namespace specctl
