// RequestFlags: flags of a command that measures, each declared, explained and applied in one
// place.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>
#include <CLI/CLI.hpp>

#include "controller/measure/measure_request.h"

namespace specctl::cli {

// Everything outside the command line that decides defaults, so that tests can give it.
struct Surroundings {
  std::string default_url;      // $SPECCTL_URL, or empty
  std::string version;          // of specctl
  std::string run_id;           // of this run
  std::optional<RunSpec> like;  // spec of the run named by --like
  // Value of an environment variable, or nullopt.
  std::optional<std::string> (*environment)(const std::string& name) = nullptr;
};

// What a flag is called, and what --help says of it.
struct FlagText {
  std::string names;  // as CLI11 takes them: "--bs,--concurrency"; the first is its
  std::string about;
  std::optional<std::string> group;  // of --help; "": not shown there; nullopt: CLI11's own
};

// Flags are applied in the order of their declaration, each that was given alone: what none says
// stays as the run of --like had it, else as the defaults are.
class RequestFlags {
 public:
  using Request = controller::MeasureRequest;
  using Step = std::function<absl::Status(const Surroundings&, Request&)>;
  // A value that several flags decide about together; nullopt: not given.
  template <class T>
  using Given = std::shared_ptr<const std::optional<T>>;
  using GivenList = std::shared_ptr<const std::vector<std::string>>;  // empty: not given

  // `app` gets the flags; this must outlive its parsing.
  explicit RequestFlags(CLI::App& app) : app_(app) {}
  RequestFlags(const RequestFlags&) = delete;

  // A whole number within [min, max], whose refusal names the flag, as with the following.
  void Number(const FlagText& text, uint64_t min, uint64_t max,
              std::function<void(Request&, uint64_t)> apply);
  // A text that `apply` checks (BadFlag).
  void Text(const FlagText& text, std::function<absl::Status(Request&, const std::string&)> apply);
  // One of these texts.
  void Choice(const FlagText& text, const std::vector<std::string>& values,
              std::function<void(Request&, const std::string&)> apply);
  // A duration from 0 on; above 0.
  void Time(const FlagText& text, Nanos& (*field)(Request&));
  void TimeAboveZero(const FlagText& text, Nanos& (*field)(Request&));
  // On, or off where it is given as --FLAG=false.
  void Switch(const FlagText& text, bool& (*field)(Request&));
  // A flag without a value that says something.
  void Mark(const FlagText& text, std::function<void(Request&)> apply);

  // Flags that a Step applies together with others.
  Given<uint64_t> NumberForStep(const FlagText& text, uint64_t min, uint64_t max);
  Given<std::string> TextForStep(const FlagText& text);
  Given<bool> SwitchForStep(const FlagText& text);
  struct ListForm {
    char delimiter = '\0';  // between several in one text; '\0': none
    bool spaces = true;     // several texts may follow one flag
  };
  GivenList ListForStep(const FlagText& text, ListForm form);
  GivenList ListForStep(const FlagText& text) { return ListForStep(text, {}); }
  // Always applied, here in the order.
  void Then(Step step) { steps_.push_back(std::move(step)); }

  // Whether the flag of that name, its first, was given.
  bool IsGiven(std::string_view name) const;

  // The request: what was given, over `surroundings.like`, over the defaults.  Files are named
  // still: prompts and certificates are read by ReadLocalFiles (local_request.h).
  // INVALID_ARGUMENT, its text beginning with the flag's name: a value out of range or of the wrong
  // form, or flags that exclude each other.
  absl::StatusOr<Request> Make(const Surroundings& surroundings) const;

 private:
  // Where the value of a flag goes, once it is given.
  template <class T>
  std::shared_ptr<std::optional<T>> Keep(const FlagText& text);
  template <class T>
  void WhereGiven(std::shared_ptr<const std::optional<T>> value,
                  std::function<absl::Status(Request&, const T&)> apply);
  static CLI::Option* Grouped(const FlagText& text, CLI::Option* option);

  CLI::App& app_;
  std::vector<std::pair<std::string, std::function<bool()>>> given_;  // by name
  std::vector<Step> steps_;
};

}  // namespace specctl::cli
