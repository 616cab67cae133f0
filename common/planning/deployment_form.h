// DeploymentForm: what a plan found, in the words of what will act on it.
#pragma once

#include <string>
#include <vector>

namespace specctl {

struct DeploymentForm {
  std::string key;                 // "vllm_draft_lengths", "keda_scaled_object", ...
  std::string file;                // what its file is called
  std::string what;                // a sentence: what it does, of what
  std::string source;              // who defines the form, and where it was looked up
  std::string content;             // with a line end
  std::vector<std::string> notes;  // what to know before it is applied
  std::vector<std::string> runs;
};

// `text` as a part of a file's name: letters, digits, '.', '_' and '-'; else '-'.
std::string FilePart(const std::string& text);
// What the form is, its runs and notes, as comments of YAML.
std::string CommentsOf(const DeploymentForm& form);

}  // namespace specctl
