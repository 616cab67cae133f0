#include "common/forms/golden_al.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <boost/json.hpp>

#include "common/base/json_writer.h"
#include "common/base/printable.h"
#include "common/matrix/matrix_fit.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

constexpr std::string_view kGoldenCategory = "coding";

std::optional<bool> ThinkingOfTag(const RunSpec& spec) {
  std::optional<bool> thinking;
  for (const auto& [key, value] : spec.tags) {
    if (key != "thinking") continue;
    if (value == "on") thinking = true;
    if (value == "off") thinking = false;
  }
  return thinking;
}

std::optional<bool> ThinkingOfTemplate(const boost::json::object& arguments) {
  for (const char* key : {"enable_thinking", "thinking"}) {
    const boost::json::value* const value = arguments.if_contains(key);
    if (value != nullptr && value->is_bool()) return value->get_bool();
  }
  const boost::json::value* const mode = arguments.if_contains("thinking_mode");
  if (mode == nullptr || !mode->is_string()) return std::nullopt;
  if (mode->get_string() == "enabled") return true;
  if (mode->get_string() == "disabled") return false;
  return std::nullopt;
}

// A run's one value.
struct Golden {
  const RunCells* run = nullptr;
  std::string model, category;
  bool thinking = false;
  uint32_t draft_length = 0;
  double length = 0;
};

absl::Status NotGolden(const RunCells& run, std::string_view why) {
  return absl::FailedPreconditionError(absl::StrFormat("%s: %s", run.run->name, why));
}

std::string CategoryOf(const RunCells& run) {
  if (run.columns.contains(std::string(kGoldenCategory))) return std::string(kGoldenCategory);
  return run.columns.size() == 1 ? *run.columns.begin() : "";
}

absl::StatusOr<Golden> GoldenOf(const RunCells& run) {
  if (run.run->results.spec.dataset.synthetic_text) {
    return NotGolden(run, "its prompts are not language (synthetic_text)");
  }
  Golden golden{.run = &run, .category = CategoryOf(run)};
  if (golden.category.empty()) {
    return NotGolden(run, "has several categories and no \"coding\", which golden lengths are of");
  }
  const std::optional<bool> thinking = ThinkingOf(run.run->results.spec);
  if (!thinking) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: nothing tells whether the model was thinking: run it with --tag thinking=on or off",
        run.run->name));
  }
  golden.thinking = *thinking;
  std::vector<const RunCell*> cells;
  for (const RunCell& cell : run.cells) {
    if (cell.column == golden.category) cells.push_back(&cell);
  }
  if (cells.size() != 1) return NotGolden(run, "needs one model, to have one golden length");
  if (!cells.front()->cell.value) return NotGolden(run, cells.front()->cell.why_none);
  golden.model = cells.front()->row;
  golden.length = *cells.front()->cell.value;
  // They agree where they tell.
  const auto told = std::find_if(run.setups.begin(), run.setups.end(), [](const RowSetup& setup) {
    return setup.draft_length != kUnknownSetup;
  });
  if (told == run.setups.end()) return NotGolden(run, "its draft length is unknown");
  const std::string& draft_length = told->draft_length;
  golden.draft_length = static_cast<uint32_t>(std::stoul(draft_length));
  return golden;
}

absl::Status CheckTogether(const Golden& a, const Golden& b) {
  absl::Status fits = CheckSameDataset(*a.run, *b.run, MatrixBy::kCategory);
  if (!fits.ok()) return fits;
  const auto refuse = [&](std::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s and %s do not go into one file of golden lengths: %s", a.run->run->name,
                        b.run->run->name, what));
  };
  if (a.category != b.category) return refuse("they are of " + a.category + " and " + b.category);
  if (a.thinking != b.thinking || a.model != b.model) return absl::OkStatus();
  fits = CheckSameRequests(*a.run, *b.run);
  if (!fits.ok()) return fits;
  if (a.draft_length == b.draft_length) {
    return refuse(absl::StrFormat("both have K = %d of %s with thinking %s", a.draft_length,
                                  a.model, a.thinking ? "on" : "off"));
  }
  return absl::OkStatus();
}

// A plain YAML key where it is one for certain, else in double quotes, which are JSON's.
std::string YamlKey(const std::string& name) {
  const bool plain = !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0 &&
                     std::all_of(name.begin(), name.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
                     });
  if (plain) return name;
  std::string quoted;
  AppendJsonString(name, quoted);
  return quoted;
}

std::string SamplingOf(const RunSpec& spec) {
  const RequestSpec& request = spec.request;
  std::string text = absl::StrFormat(
      "temperature: %s | output_len: %d",
      request.temperature ? FormatDouble(*request.temperature) : std::string("the server's own"),
      request.osl_tokens);
  if (!request.extra_inputs_json.empty()) {
    text += " | extra inputs: " + Printable(request.extra_inputs_json);
  }
  return text;
}

void AppendComments(const std::vector<Golden>& all, std::string& out) {
  const Results& first = all.front().run->run->results;
  out += absl::StrFormat(
      "# Acceptance length, tokens per draft: 1 + accepted / drafts.\n"
      "# dataset: %s | category: %s | rows: %d | sha256: %s\n",
      Printable(DatasetLabel(first.spec.dataset)), Printable(all.front().category),
      first.spec.dataset.rows, first.spec.dataset.sha256);
  if (first.spec.dataset.builtin) out += "# " + std::string(kBuiltinWarning) + "\n";
  for (const Golden& golden : all) {
    const RowSetup& setup = golden.run->setups.front();
    out +=
        absl::StrFormat("# %s | thinking_%s K=%d: %s | %s | method: %s | run %s\n", golden.model,
                        golden.thinking ? "on" : "off", golden.draft_length,
                        SamplingOf(golden.run->run->results.spec), Printable(setup.engine),
                        Printable(setup.method), Printable(golden.run->run->results.spec.run_id));
  }
  out += "# key = num_speculative_tokens; value = acceptance length\n";
}

// The draft model, where servers name one and it is the same for all.
void AppendDrafter(const std::vector<Golden>& all, std::string& out) {
  const std::string& drafter = all.front().run->setups.front().drafter;
  const bool same = std::all_of(all.begin(), all.end(), [&](const Golden& golden) {
    return golden.run->setups.front().drafter == drafter;
  });
  if (drafter == kUnknownSetup || !same) return;
  out += "_metadata:\n  draft-model: " + YamlKey(Printable(drafter)) + "\n";
}

}  // namespace

std::optional<bool> ThinkingOf(const RunSpec& spec) {
  if (const std::optional<bool> tagged = ThinkingOfTag(spec)) return tagged;
  const std::string& by_flag = spec.request.reasoning_effort;
  boost::json::error_code error;
  const boost::json::value extra = boost::json::parse(spec.request.extra_inputs_json, error);
  const boost::json::object inputs =
      !error && extra.is_object() ? extra.get_object() : boost::json::object();
  const boost::json::value* const arguments = inputs.if_contains("chat_template_kwargs");
  if (arguments != nullptr && arguments->is_object()) {
    if (const auto told = ThinkingOfTemplate(arguments->get_object())) return told;
  }
  const boost::json::value* const effort = inputs.if_contains("reasoning_effort");
  // --extra-inputs overrides the flag, as in the request.
  if (effort != nullptr && effort->is_string()) return effort->get_string() != "none";
  return by_flag.empty() ? std::nullopt : std::optional(by_flag != "none");
}

absl::StatusOr<std::string> GoldenAl(std::span<const MatrixRun> runs) {
  const MatrixRequest request;  // accept_length by category, rows by model
  std::vector<RunCells> cells;
  for (const MatrixRun& run : runs) {
    absl::StatusOr<RunCells> of_run = ColumnsOfRun(run, request);
    if (!of_run.ok()) return of_run.status();
    AddCells(request, *of_run);
    // Targets that share a model must draft alike.
    if (absl::Status fits = CheckFit(std::span(&*of_run, 1), request); !fits.ok()) return fits;
    cells.push_back(*std::move(of_run));
  }
  std::vector<Golden> all;
  for (const RunCells& run : cells) {
    absl::StatusOr<Golden> golden = GoldenOf(run);
    if (!golden.ok()) return golden.status();
    for (const Golden& before : all) {
      if (absl::Status fits = CheckTogether(before, *golden); !fits.ok()) return fits;
    }
    all.push_back(*std::move(golden));
  }
  std::sort(all.begin(), all.end(), [](const Golden& a, const Golden& b) {
    return std::tuple(a.model, !a.thinking, a.draft_length) <
           std::tuple(b.model, !b.thinking, b.draft_length);
  });
  std::string out;
  AppendComments(all, out);
  AppendDrafter(all, out);
  const Golden* before = nullptr;
  for (const Golden& golden : all) {
    const bool new_model = before == nullptr || before->model != golden.model;
    if (new_model) out += YamlKey(golden.model) + ":\n";
    if (new_model || before->thinking != golden.thinking) {
      out += golden.thinking ? "  thinking_on:\n" : "  thinking_off:\n";
    }
    out += absl::StrFormat("    %d: %.2f\n", golden.draft_length, golden.length);
    before = &golden;
  }
  return out;
}

}  // namespace specctl
