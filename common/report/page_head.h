// The first lines of the page: is it to be believed, and what was measured.
#pragma once

#include <string>

#include "common/analysis/results.h"

namespace specctl {

// Verdict, run, hold; then each reason and label with its text, and how the run ended where it did
// not end by itself.
std::string VerdictLines(const Results& results);

// target, load, servers, note.
std::string SetupLines(const Results& results);

}  // namespace specctl
