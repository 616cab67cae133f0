// How every subcommand ends; docs/artifacts.md lists what each means by it.
#pragma once

namespace specctl::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kBadInput = 2;           // flags or files; nothing was sent or written
inline constexpr int kRefusedComparison = 2;  // the runs did not measure the same thing
inline constexpr int kInvalidVerdict = 3;     // with --strict
inline constexpr int kRequirementFailed = 3;  // of --require
inline constexpr int kInterrupted = 130;

}  // namespace specctl::cli
