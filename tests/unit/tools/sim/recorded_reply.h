// Replies of real servers (../shared/data/engines) and of the simulated one, in a form in which
// they can be compared: what differs from run to run is masked.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "tools/sim/flavour_options.h"
#include "tools/sim/reply.h"

namespace specctl::sim {

// Whether the recordings are on this machine; they are not part of the source tree.
bool RecordingsAreHere();

// A recorded request and what was answered.
struct RecordedReply {
  HttpRequest request;
  std::string bytes;  // as they came from the socket
};
// `name`: "sglang/ngram.chat-stream".  Fails the test where there is none.
RecordedReply Recorded(const std::string& name);

// Text of a recorded file without a request: "sglang/sim.metrics-0-fresh.txt".
std::string RecordedText(const std::string& name);

// Status line, header names in order with the values that never change, then an entry for each HTTP
// chunk with its events: numbers read 0, texts "", all but those under finish_reason; entries that
// follow their like are left out.  A plain body is one entry.
std::vector<std::string> Masked(const std::string& bytes);

// The answer of a flavour: to an inference as a request of its own, whose steps after the prompt's
// give `tokens_a_step` tokens each (the last what is left) and end by length.
std::string Answered(Flavour& flavour, const HttpRequest& request, uint32_t tokens_a_step = 4,
                     const ReplyOptions& options = {});
// Options of a reply with these quirks.
ReplyOptions WithQuirks(std::initializer_list<const char*> quirks);

// A server of `engine` with a draft length of 3, as most of those that were recorded.
struct SimulatedServer {
  explicit SimulatedServer(FlavourOptions options, uint32_t draft_length = 3);
  SimulatedServer(const SimulatedServer&) = delete;
  SimulatedServer& operator=(const SimulatedServer&) = delete;

  BatchOptions batch;
  BatchModel model;
  std::unique_ptr<Flavour> flavour;
};

// Names and label names of each sample, and types of each family: "name{a,b} counter".
std::vector<std::string> FamiliesOf(const std::string& exposition);

}  // namespace specctl::sim
