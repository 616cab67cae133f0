// DatasetIdentity: which prompts a run used, enough to find and check the same ones again.
#pragma once

#include <cstdint>
#include <string>

namespace specctl {

struct DatasetIdentity {
  std::string name;      // as named on the command line
  std::string path;      // file read (several: joined by ", "); empty for `builtin`
  std::string format;    // detected or given, e.g. "speed_bench_messages"
  std::string sha256;    // of the file, of `sha256sum` lines of several, or of the generated rows
  uint64_t rows = 0;     // conversations, after the selection that the name makes
  bool builtin = false;  // text of our own: for trying things, never a SPEED-Bench result
  // No language: nothing that was measured with it tells of drafts on what people write.
  bool synthetic_text = false;
};

}  // namespace specctl
