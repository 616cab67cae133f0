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
  // As `specctl dataset prepare` recorded them beside the file; empty: nobody did.
  std::string revision;         // "nvidia/SPEED-Bench@<commit>"
  std::string resolver_sha256;  // of the script that put the sources' texts in
  // What made token ids of the prompts (`specctl dataset tokenize`); empty: they are text.
  std::string tokenizer;             // its folder's name
  std::string tokenizer_sha256;      // of its files
  std::string chat_template_sha256;  // of the template's text
};

// Whether its prompts are token ids.
inline bool HoldsTokenIds(const DatasetIdentity& dataset) {
  return dataset.format == "token_ids" || dataset.format == "token_pieces";
}

}  // namespace specctl
