// What must hold of the journal of one run, whatever ran before it on the same agents.
#pragma once

#include <vector>

#include "common/journal/event.h"

namespace specctl::controller {

// Expects that the events are those of `spec`'s run, all of them, and of no other:
// - it begins with that spec and ends with RunEnded; one Armed, one end of each agent;
// - agents 0..n-1 joined, each once, with incarnations of their own;
// - an agent's batches are of its incarnation and of this run, with seqs 1..m and times that follow
//   each other; its requests are counted from 0, each began after T0, and finished at most once;
// - each turn of each position was begun at most once, over all agents.
// Returns how many requests were begun.
uint64_t ExpectWholeJournal(const RunSpec& spec, const std::vector<Event>& events);

}  // namespace specctl::controller
