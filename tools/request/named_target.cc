#include "tools/request/named_target.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

#include "common/net/url.h"
#include "common/workload/null_target.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kTargetForm = "[NAME=]URL[,model=M][,gpus=N]";

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

// Cuts "NAME=" off `text`; empty where there is none.  A '=' within the URL is none of a name.
std::string_view TakeName(std::string_view& text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {};
  const std::string_view name = text.substr(0, equals);
  // "http://a?b=c" has its '=' behind characters that no name has.
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsNameCharacter)) return {};
  text.remove_prefix(equals + 1);
  return name;
}

absl::Status TakeAttribute(std::string_view flag, std::string_view text, TargetSpec& target) {
  const size_t equals = std::min(text.find('='), text.size());
  const std::string_view key = text.substr(0, equals);
  const std::string_view value = text.substr(std::min(equals + 1, text.size()));
  if (key == "model" && !value.empty()) {
    target.model = value;
    return absl::OkStatus();
  }
  if (key == "gpus") {
    uint32_t gpus = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), gpus);
    if (error != std::errc() || end != value.data() + value.size() || gpus == 0 ||
        gpus > kGpusMax) {
      return BadFlag(flag, absl::StrFormat("gpus: need a whole number from 1 to %d, got \"%s\"",
                                           kGpusMax, value));
    }
    target.gpus = gpus;
    return absl::OkStatus();
  }
  return BadFlag(flag, absl::StrFormat("need %s; \"%s\" is neither model=M nor gpus=N", kTargetForm,
                                       text.substr(0, text.find('@'))));
}

}  // namespace

absl::StatusOr<NamedTarget> ParseTarget(std::string_view flag, std::string_view text) {
  NamedTarget target;
  target.spec.name = TakeName(text);
  // "--target model=M,URL": the attributes come first by mistake.
  if (target.spec.name == "model" || target.spec.name == "gpus") {
    return BadFlag(flag, absl::StrFormat("\"%s=\" without a URL before it; need --target %s",
                                         target.spec.name, kTargetForm));
  }
  const std::vector<std::string> parts = absl::StrSplit(std::string(text), ',');
  if (IsNullTarget(parts.front())) {
    const auto pace = NullTargetPace(parts.front());
    if (!pace.ok()) return BadFlag(flag, std::string(pace.status().message()));
    target.spec.url = NullTargetUrl(*pace);
  } else {
    const auto url = ParseTargetUrl(parts.front());
    if (!url.ok()) return BadFlag(flag, std::string(url.status().message()));
    target.spec.url = url->ToString();
    target.basic_authorization = url->BasicAuthorization();
  }
  for (size_t i = 1; i < parts.size(); ++i) {
    if (auto taken = TakeAttribute(flag, parts[i], target.spec); !taken.ok()) return taken;
  }
  return target;
}

}  // namespace specctl::cli
