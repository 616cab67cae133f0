#include "tools/specctl/sweep_arguments.h"

#include <algorithm>
#include <array>
#include <set>

#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>

#include "common/net/url.h"

namespace specctl::cli {
namespace {

constexpr std::array<std::string_view, 2> kSecretFlags = {"--header", "--metrics-header"};
// Where it is, and who makes it.
constexpr std::array<std::string_view, 11> kPlaceFlags = {
    "--output-dir", "--resume",  "--controller", "--tls-dir", "--plaintext",  "--kube",
    "--namespace",  "--release", "--scale",      "--detach",  "--wait-agents"};
// What may be given anew: how long it may take, who asks from where, and how it is printed.
constexpr std::array<std::string_view, 15> kFreeFlags = {
    "--budget",      "--cool-down", "--cool-down-max", "--wait-ready",  "--agents",
    "--format",      "--dry-run",   "--header",        "--keep-header", "--metrics-header",
    "--api-key-env", "--ca-file",   "--insecure",      "--dataset-dir", "--bs-max"};
// The grid, which is compared with that of the sweep (TakeUpSweep).
constexpr std::array<std::string_view, 7> kGridFlags = {
    "--target", "--bs", "--request-rate", "--dataset", "--tier", "--temperature", "--paired"};

// A flag with the words that follow it.
struct FlagWords {
  std::string flag;
  std::vector<std::string> values;
  bool joined = false;  // "--flag=value"

  void AppendTo(std::vector<std::string>& words) const {
    if (joined) {
      words.push_back(flag + "=" + values.front());
      return;
    }
    words.push_back(flag);
    words.insert(words.end(), values.begin(), values.end());
  }
};

// A short flag is a letter: "-5" is a value.
bool IsFlag(const std::string& word) {
  return word.starts_with("--") || (word.size() >= 2 && word[0] == '-' &&
                                    absl::ascii_isalpha(static_cast<unsigned char>(word[1])));
}

std::vector<FlagWords> Grouped(const std::vector<std::string>& words) {
  std::vector<FlagWords> groups;
  for (const std::string& word : words) {
    if (!IsFlag(word)) {
      // What stands before the first flag is no flag's.
      if (groups.empty()) groups.push_back({.flag = "", .values = {}});
      groups.back().values.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      groups.push_back({.flag = word, .values = {}});
    } else {
      groups.push_back(
          {.flag = word.substr(0, equals), .values = {word.substr(equals + 1)}, .joined = true});
    }
  }
  return groups;
}

template <size_t kCount>
bool IsOneOfFlags(const std::array<std::string_view, kCount>& flags, std::string_view flag) {
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

// Beside --resume: points that were measured and those that will be must be asked alike.
bool MayBeGiven(const FlagWords& group, const std::vector<FlagWords>& kept) {
  if (IsOneOfFlags(kFreeFlags, group.flag) || IsOneOfFlags(kGridFlags, group.flag)) return true;
  return std::any_of(kept.begin(), kept.end(), [&](const FlagWords& other) {
    return other.flag == group.flag && other.values == group.values;
  });
}

absl::Status RefuseAnew(const std::string& flag) {
  std::string free;
  for (const std::string_view each : kFreeFlags) {
    free += (free.empty() ? "" : ", ") + std::string(each);
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "--resume: %s would ask the points that are left for something else; what may be given anew "
      "is %s; to measure something else, begin a sweep in another folder",
      flag, free));
}

// "NAME:<withheld>".
std::string WithoutValue(const std::string& header) {
  const size_t colon = header.find(':');
  return header.substr(0, colon) + ":" + std::string(kWithheld);
}

std::string WithoutLogin(const std::string& value) {
  const std::string without = WithoutLogins(value);
  return without == value ? value : without + "," + std::string(kWithheld);
}

}  // namespace

std::vector<std::string> WordsOf(std::string_view command, int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto at = std::find(words.begin(), words.end(), command);
  if (at == words.end()) return {};
  return {at + 1, words.end()};
}

std::vector<std::string> KeptArguments(const std::vector<std::string>& words) {
  std::vector<std::string> kept;
  for (FlagWords& group : Grouped(words)) {
    if (IsOneOfFlags(kPlaceFlags, group.flag)) continue;
    const bool secret = IsOneOfFlags(kSecretFlags, group.flag);
    for (std::string& value : group.values) {
      value = secret ? WithoutValue(value) : WithoutLogin(value);
    }
    group.AppendTo(kept);
  }
  return kept;
}

absl::StatusOr<std::vector<std::string>> ResumedArguments(const std::vector<std::string>& kept,
                                                          const std::vector<std::string>& words) {
  std::vector<FlagWords> given = Grouped(words);
  std::erase_if(given,
                [](const FlagWords& group) { return IsOneOfFlags(kPlaceFlags, group.flag); });
  const std::vector<FlagWords> before = Grouped(kept);
  std::set<std::string> replaced;
  for (const FlagWords& group : given) {
    if (!MayBeGiven(group, before)) return RefuseAnew(group.flag);
    replaced.insert(group.flag);
  }
  std::vector<std::string> arguments;
  for (const FlagWords& group : before) {
    if (replaced.contains(group.flag)) continue;
    for (const std::string& value : group.values) {
      if (value.find(kWithheld) == std::string::npos) continue;
      return absl::InvalidArgumentError(absl::StrFormat(
          "--resume: give %s again, with all its values: a secret of it (%s) is in no file",
          group.flag, value));
    }
    group.AppendTo(arguments);
  }
  for (const FlagWords& group : given) group.AppendTo(arguments);
  return arguments;
}

}  // namespace specctl::cli
