// What a server says of itself: its version and its configuration, as far as it tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace specctl {

// The method of a server that says that it does not speculate.
inline constexpr std::string_view kNoSpeculation = "none";

// Texts are one line each, cut to a length that fits a page; empty: it does not tell.
struct ServerIdentity {
  std::string version;
  // How it drafts, as the server names it; "none" where it says that it does not.
  std::string speculation_method;
  std::optional<uint32_t> draft_length;  // tokens of a draft at most
  std::string drafter;                   // the draft model, with its revision where it has one
  std::string quantization;
  std::string parallelism;  // "tp=8 dp=2": what is above 1
  // Tokens that it collects before it sends a chunk, where that is more than one step's.
  std::optional<uint32_t> stream_interval;
  bool operator==(const ServerIdentity&) const = default;
};

}  // namespace specctl
