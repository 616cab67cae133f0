#include "tools/sim/faults.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace specctl::sim {
namespace {

constexpr std::array<std::pair<std::string_view, FaultKind>, 10> kKinds = {{
    {"refuse", FaultKind::kRefuse},
    {"429", FaultKind::k429},
    {"503", FaultKind::k503},
    {"hang", FaultKind::kHang},
    {"cut", FaultKind::kCut},
    {"error-event", FaultKind::kErrorEvent},
    {"garbage", FaultKind::kGarbage},
    {"bad-json", FaultKind::kBadJson},
    {"slow", FaultKind::kSlow},
    {"silent", FaultKind::kSilent},
}};

// Takes the part of `text` up to the next colon.
std::string_view TakePart(std::string_view& text) {
  const std::string_view part = text.substr(0, text.find(':'));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

template <class T>
bool ParseWhole(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

absl::StatusOr<Fault> ParseFault(std::string_view text) {
  std::string_view rest = text;
  const std::string_view kind = TakePart(rest);
  const auto known = std::find_if(kKinds.begin(), kKinds.end(),
                                  [kind](const auto& entry) { return entry.first == kind; });
  if (known == kKinds.end()) {
    std::string names;
    for (const auto& [name, unused] : kKinds) names += absl::StrFormat(" %s", name);
    return absl::InvalidArgumentError(
        absl::StrFormat("--fault: need one of%s, got '%s'", names, text));
  }
  Fault fault{.kind = known->second};
  // Both parts may be left out, from the end.
  const bool share_good = rest.empty() || (ParseWhole(TakePart(rest), fault.share) &&
                                           fault.share >= 0 && fault.share <= 1);
  const bool after_good = rest.empty() || ParseWhole(rest, fault.after_chunks);
  if (share_good && after_good) return fault;
  return absl::InvalidArgumentError(
      absl::StrFormat("--fault: need KIND[:share in 0..1][:chunks], got '%s'", text));
}

bool FaultPlan::RefusesAll() const {
  return std::any_of(faults_.begin(), faults_.end(), [](const Fault& fault) {
    return fault.kind == FaultKind::kRefuse && fault.share >= 1;
  });
}

std::optional<Fault> FaultPlan::Pick(uint64_t ordinal, bool connections) const {
  for (size_t i = 0; i < faults_.size(); ++i) {
    // Connections are refused before there is a request: the two are drawn apart.
    if ((faults_[i].kind == FaultKind::kRefuse) != connections) continue;
    // A number of its own for each fault: adding one doesn't move where the others strike.
    if (draws_.Uniform(Purpose::kFault, ordinal * faults_.size() + i) < faults_[i].share) {
      return faults_[i];
    }
  }
  return std::nullopt;
}

}  // namespace specctl::sim
