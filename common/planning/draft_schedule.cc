#include "common/planning/draft_schedule.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "common/engine/server_identity.h"
#include "common/planning/speedup_table.h"

namespace specctl {
namespace {

// A member's point at one load.
struct Candidate {
  uint32_t draft_length = 0;
  const PooledPoint* point = nullptr;
  const Curve* curve = nullptr;  // that it lies on
  double speed = 0;
};

std::optional<double> SpeedOf(const PooledPoint& point) {
  const Measured* const speed = point.Find(kSpeedFigure, kSpeedStatistic);
  return speed == nullptr || !(speed->value > 0) ? std::nullopt : std::optional(speed->value);
}

std::vector<Candidate> CandidatesAt(const DraftFamily& family, std::span<const Curve> curves,
                                    const CurveKey& place, const LoadLevel& load) {
  std::vector<Candidate> candidates;
  for (const DraftFamily::Member& member : family.members) {
    const Curve* const curve = FindCurve(curves, place, member.target);
    const PooledPoint* const point = curve == nullptr ? nullptr : curve->At(load);
    if (point == nullptr || !IsUsable(*point) || !IsLanguage(*point)) continue;
    if (const std::optional<double> speed = SpeedOf(*point)) {
      candidates.push_back({member.draft_length, point, curve, *speed});
    }
  }
  return candidates;
}

// Not shown to be slower than the best, at 95 %; where no error is known, nothing is shown.
bool AsGood(const Candidate& best, const Candidate& other) {
  const auto ratio = RatioOfPoints(*best.point, *other.point, kSpeedFigure, kSpeedStatistic);
  return !ratio || !ratio->spread || *ratio->High(kZ975) >= 1;
}

DraftChoice ChoiceOf(const LoadLevel& load, const std::vector<Candidate>& candidates) {
  const Candidate& best =
      *std::max_element(candidates.begin(), candidates.end(),
                        [](const auto& a, const auto& b) { return a.speed < b.speed; });
  DraftChoice choice{.load = load,
                     .draft_length = best.draft_length,
                     .target = best.point->key.target,
                     .as_good = {},
                     .over_none = std::nullopt,
                     .runs = {}};
  for (const Candidate& each : candidates) {
    AddRuns(each.point->runs, choice.runs);
    if (each.point != best.point && AsGood(best, each)) choice.as_good.push_back(each.draft_length);
    if (each.draft_length == 0 && best.draft_length > 0) {
      choice.over_none = RatioOfPoints(*each.point, *best.point, kSpeedFigure, kSpeedStatistic);
    }
  }
  return choice;
}

const Candidate* FindLength(const std::vector<Candidate>& candidates, uint32_t draft_length) {
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& each) {
    return each.draft_length == draft_length;
  });
  return found == candidates.end() ? nullptr : &*found;
}

// A length at one load, with what was compared there.
struct LengthAt {
  LoadLevel load;
  uint32_t draft_length = 0;
  const std::vector<Candidate>& candidates;
};

// Where the lower load's length stops being the faster one of the two; nullopt: no fit.
std::optional<double> SwitchBetween(const LengthAt& low, const LengthAt& high) {
  const double from_level = low.load.level, to_level = high.load.level;
  const Candidate *low_low = FindLength(low.candidates, low.draft_length),
                  *high_low = FindLength(low.candidates, high.draft_length),
                  *low_high = FindLength(high.candidates, low.draft_length),
                  *high_high = FindLength(high.candidates, high.draft_length);
  for (const Candidate* each : {low_low, high_low, low_high, high_high}) {
    if (each == nullptr || each->curve->HasCliffIn(from_level, to_level)) return std::nullopt;
  }
  const double from = std::log(low_low->speed / high_low->speed);
  const double to = std::log(low_high->speed / high_high->speed);
  if (!(from > to)) return std::nullopt;
  const double share = std::clamp(from / (from - to), 0.0, 1.0);
  return std::exp(std::log(from_level) + share * (std::log(to_level) - std::log(from_level)));
}

void AddCandidates(const DraftChoice& choice, DraftRange& range) {
  std::set<uint32_t> all(range.candidates.begin(), range.candidates.end());
  all.insert(choice.draft_length);
  all.insert(choice.as_good.begin(), choice.as_good.end());
  range.candidates.assign(all.begin(), all.end());
  range.undecided = range.undecided || !choice.as_good.empty();
}

// Each load's length: the one before as long as nothing is shown to be faster, so that noise makes
// no ranges.  The first is the shortest of those: speculation is to show that it pays.
std::vector<uint32_t> LengthsOf(const std::vector<DraftChoice>& choices) {
  std::vector<uint32_t> lengths;
  for (const DraftChoice& choice : choices) {
    std::vector<uint32_t> good = choice.as_good;
    good.push_back(choice.draft_length);
    if (lengths.empty()) {
      lengths.push_back(*std::min_element(good.begin(), good.end()));
    } else {
      const bool stays = std::find(good.begin(), good.end(), lengths.back()) != good.end();
      lengths.push_back(stays ? lengths.back() : choice.draft_length);
    }
  }
  return lengths;
}

std::vector<DraftRange> RangesOf(const std::vector<DraftChoice>& choices,
                                 const std::vector<std::vector<Candidate>>& candidates) {
  const std::vector<uint32_t> lengths = LengthsOf(choices);
  const auto at = [&](size_t i) { return LengthAt{choices[i].load, lengths[i], candidates[i]}; };
  std::vector<DraftRange> ranges;
  for (size_t i = 0; i < choices.size(); ++i) {
    const auto bs = static_cast<uint32_t>(choices[i].load.level);
    if (!ranges.empty() && ranges.back().draft_length == lengths[i]) {
      ranges.back().to = bs;
      AddCandidates(choices[i], ranges.back());
      continue;
    }
    DraftRange range{.from = 1, .to = bs, .draft_length = lengths[i]};
    if (!ranges.empty()) {
      DraftRange& before = ranges.back();
      if (const auto level = SwitchBetween(at(i - 1), at(i))) {
        const auto last = static_cast<uint32_t>(*level);
        const uint32_t end = std::clamp(last, before.to, bs - 1);
        before.fitted = end != before.to;
        before.to = end;
      }
      range.from = before.to + 1;
    }
    AddCandidates(choices[i], range);
    ranges.push_back(std::move(range));
  }
  return ranges;
}

// All loads of the family at a place, upwards.
std::set<LoadLevel> LoadsAt(const DraftFamily& family, std::span<const Curve> curves,
                            const CurveKey& place) {
  std::set<LoadLevel> loads;
  for (const DraftFamily::Member& member : family.members) {
    const Curve* const curve = FindCurve(curves, place, member.target);
    if (curve == nullptr) continue;
    for (const PooledPoint* point : curve->points) loads.insert(point->key.load);
  }
  return loads;
}

std::optional<DraftSchedule> ScheduleAt(const DraftFamily& family, std::span<const Curve> curves,
                                        const CurveKey& place) {
  DraftSchedule schedule{.family = family, .place = place, .choices = {}, .ranges = {}};
  std::vector<std::vector<Candidate>> all;
  for (const LoadLevel& load : LoadsAt(family, curves, place)) {
    std::vector<Candidate> candidates = CandidatesAt(family, curves, place, load);
    // One alone is the best of nothing.
    if (candidates.size() < 2) continue;
    schedule.choices.push_back(ChoiceOf(load, candidates));
    all.push_back(std::move(candidates));
  }
  if (schedule.choices.empty()) return std::nullopt;
  if (place.kind == LoadKind::kConcurrency) schedule.ranges = RangesOf(schedule.choices, all);
  return schedule;
}

// Who serves a family's model on its engine without speculation: the baseline, or else the only
// one.
std::string MemberWithout(const Sweep& sweep, const std::string& baseline, const std::string& model,
                          const std::string& engine) {
  std::vector<std::string> without;
  for (const SweepTarget& target : sweep.targets) {
    if (target.model != model || target.engine != engine || Speculates(sweep, target)) continue;
    if (target.name == baseline) return baseline;
    without.push_back(target.name);
  }
  return without.size() == 1 ? without.front() : "";
}

}  // namespace

std::string FamilyText(const DraftFamily& family) {
  const bool both = !family.method.empty() && !family.drafter.empty();
  return family.method + (both ? " " : "") + family.drafter;
}

uint32_t DraftSchedule::longest() const {
  uint32_t longest = 0;
  for (const DraftRange& range : ranges) longest = std::max(longest, range.draft_length);
  return longest;
}

bool DraftSchedule::AgreesWith(const DraftSchedule& other) const {
  for (const DraftRange& range : ranges) {
    for (const DraftRange& beside : other.ranges) {
      const bool overlap = range.from <= beside.to && beside.from <= range.to;
      if (overlap && range.draft_length != beside.draft_length) return false;
    }
  }
  return true;
}

std::vector<DraftFamily> DraftFamiliesOf(const Sweep& sweep, const std::string& baseline) {
  std::map<std::tuple<std::string, std::string, std::string, std::string>, DraftFamily> families;
  for (const SweepTarget& target : sweep.targets) {
    if (target.draft_length.value_or(0) == 0) continue;
    if (target.speculation_method == kNoSpeculation) continue;
    DraftFamily& family =
        families[{target.model, target.engine, target.speculation_method, target.drafter}];
    family.method = target.speculation_method;
    family.drafter = target.drafter;
    family.members.push_back({*target.draft_length, target.name});
  }
  std::vector<DraftFamily> found;
  for (auto& [key, family] : families) {
    const std::string without = MemberWithout(sweep, baseline, std::get<0>(key), std::get<1>(key));
    if (!without.empty()) family.members.push_back({0, without});
    std::stable_sort(family.members.begin(), family.members.end(),
                     [](const auto& a, const auto& b) { return a.draft_length < b.draft_length; });
    if (family.members.size() > 1) found.push_back(std::move(family));
  }
  return found;
}

std::vector<DraftSchedule> SchedulesOf(std::span<const DraftFamily> families,
                                       std::span<const Curve> curves) {
  std::vector<DraftSchedule> schedules;
  for (const DraftFamily& family : families) {
    std::vector<CurveKey> places;
    for (const Curve& curve : curves) {
      CurveKey place = curve.key;
      place.target.clear();
      if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
    for (const CurveKey& place : places) {
      if (auto schedule = ScheduleAt(family, curves, place)) {
        schedules.push_back(*std::move(schedule));
      }
    }
  }
  return schedules;
}

}  // namespace specctl
