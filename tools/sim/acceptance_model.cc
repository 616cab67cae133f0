#include "tools/sim/acceptance_model.h"

#include <array>
#include <charconv>
#include <utility>

#include <absl/status/statusor.h>
#include <absl/strings/str_format.h>

namespace specctl::sim {
namespace {

// First rate and what each later one is multiplied by: predictable text is easier to draft.
struct BuiltIn {
  std::string_view category;
  double first;
  double decay;
};
constexpr std::array<BuiltIn, 14> kBuiltIn = {{{"coding", 0.88, 0.97},
                                               {"humanities", 0.70, 0.93},
                                               {"math", 0.86, 0.97},
                                               {"multilingual", 0.66, 0.92},
                                               {"qa", 0.68, 0.92},
                                               {"rag", 0.82, 0.96},
                                               {"reasoning", 0.78, 0.95},
                                               {"roleplay", 0.58, 0.90},
                                               {"stem", 0.74, 0.94},
                                               {"summarization", 0.76, 0.95},
                                               {"writing", 0.60, 0.90},
                                               {"low_entropy", 0.90, 0.98},
                                               {"mixed", 0.74, 0.94},
                                               {"high_entropy", 0.56, 0.90}}};
constexpr BuiltIn kBuiltInOthers = {"", 0.72, 0.94};

std::vector<double> Rates(const BuiltIn& built_in, uint32_t draft_length) {
  std::vector<double> rates;
  double rate = built_in.first;
  for (uint32_t i = 0; i < draft_length; ++i, rate *= built_in.decay) rates.push_back(rate);
  return rates;
}

absl::StatusOr<std::vector<double>> ParseRates(std::string_view text) {
  std::vector<double> rates;
  while (true) {
    const std::string_view number = text.substr(0, text.find(','));
    double rate = -1;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), rate);
    if (error != std::errc() || end != number.data() + number.size() || !(rate >= 0 && rate <= 1)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("--acceptance: need rates in [0, 1] like 0.8,0.7,0.6, got '%s'", number));
    }
    rates.push_back(rate);
    if (number.size() == text.size()) return rates;
    text.remove_prefix(number.size() + 1);
  }
}

}  // namespace

AcceptanceModel::AcceptanceModel(uint32_t draft_length)
    : draft_length_(draft_length), others_(Rates(kBuiltInOthers, draft_length)) {
  for (const BuiltIn& one : kBuiltIn) {
    by_category_[std::string(one.category)] = Rates(one, draft_length);
  }
}

absl::Status AcceptanceModel::Set(std::string_view rates) {
  const size_t equals = rates.find('=');
  const bool all = equals == std::string_view::npos;
  auto parsed = ParseRates(all ? rates : rates.substr(equals + 1));
  if (!parsed.ok()) return parsed.status();
  if (parsed->size() > draft_length_) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--acceptance: need at most --draft-length (%d) rates, got %d in '%s'",
                        draft_length_, parsed->size(), rates));
  }
  // Later positions go on at the last rate that was given.
  parsed->resize(draft_length_, parsed->back());
  if (!all) {
    by_category_[std::string(rates.substr(0, equals))] = *std::move(parsed);
    return absl::OkStatus();
  }
  // Rates without a category are for all: the built-in ones would stay beside them.
  by_category_.clear();
  others_ = *std::move(parsed);
  return absl::OkStatus();
}

std::span<const double> AcceptanceModel::Conditional(std::string_view category) const {
  const auto found = by_category_.find(category);
  return found == by_category_.end() ? others_ : found->second;
}

uint32_t AcceptanceModel::Accepted(std::span<const double> conditional, const Draws& draws,
                                   uint64_t step) {
  uint32_t accepted = 0;
  for (const double rate : conditional) {
    // A number for each position of each step: none shifts another.
    const uint64_t index = step * conditional.size() + accepted;
    // The first that is rejected ends the draft: rates are conditional on those before.
    if (draws.Uniform(Purpose::kAcceptance, index) >= rate) break;
    ++accepted;
  }
  return accepted;
}

}  // namespace specctl::sim
