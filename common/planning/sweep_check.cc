#include "common/planning/sweep_check.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

namespace specctl {
namespace {

bool IsAsked(const std::vector<std::string>& asked, const std::string& name) {
  return asked.empty() || std::find(asked.begin(), asked.end(), name) != asked.end();
}

// Of all that have a name.
template <class Named>
std::string NamesOf(const std::vector<Named>& all) {
  return absl::StrJoin(all, ", ", [](std::string* out, const Named& each) { *out += each.name; });
}

absl::Status AddTarget(const SweepTarget& target, const std::string& sweep, Sweep& joined) {
  const SweepTarget* const known = joined.FindTarget(target.name);
  if (known == nullptr) {
    joined.targets.push_back(target);
  } else if (known->gpus != target.gpus) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: target %s has other GPUs than in an earlier sweep: give it another name there", sweep,
        target.name));
  }
  return absl::OkStatus();
}

absl::Status AddDataset(const SweepDataset& dataset, const std::string& sweep, Sweep& joined) {
  const SweepDataset* const known = joined.FindDataset(dataset.name);
  if (known == nullptr) {
    joined.datasets.push_back(dataset);
  } else if (known->isl_tokens != dataset.isl_tokens ||
             known->synthetic_text != dataset.synthetic_text) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: dataset %s is another one in an earlier sweep", sweep, dataset.name));
  }
  return absl::OkStatus();
}

// What a flag asks for must be somewhere: a slip would otherwise look like an empty plan.
template <class Named>
absl::Status CheckAsked(std::string_view flag, const std::vector<std::string>& asked,
                        const std::vector<Named>& all) {
  for (const std::string& name : asked) {
    const bool found =
        std::any_of(all.begin(), all.end(), [&](const Named& each) { return each.name == name; });
    if (!found) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s %s: is not in the sweep, which has %s", flag, name, NamesOf(all)));
    }
  }
  return absl::OkStatus();
}

void RemoveOthers(const PlanRequest& request, Sweep& sweep) {
  const auto keeps_target = [&](const std::string& name) {
    // The baseline is what the others are held against.
    return IsAsked(request.targets, name) || name == request.baseline;
  };
  const auto other = [&](const PointKey& key) {
    return !keeps_target(key.target) || !IsAsked(request.datasets, key.dataset);
  };
  std::erase_if(sweep.points, [&](const SweepPoint& point) { return other(point.key); });
  std::erase_if(sweep.pairs, [&](const SweepPair& pair) { return other(pair.key); });
  std::erase_if(sweep.targets,
                [&](const SweepTarget& target) { return !keeps_target(target.name); });
  std::erase_if(sweep.datasets, [&](const SweepDataset& dataset) {
    return !IsAsked(request.datasets, dataset.name);
  });
}

// One property of points that must agree, where it is told.
struct Property {
  std::string_view name;  // "engine"
  std::function<std::string(const PointSetup&)> read;
  bool may_differ = false;
  std::string_view advice;
};

class SweepChecker {
 public:
  SweepChecker(const Sweep& sweep, const Across& across) : sweep_(sweep), across_(across) {
    for (const SweepPoint& point : sweep.points) {
      if (point.state == PointState::kDone) done_.push_back(&point);
    }
  }

  absl::Status CheckAll() {
    if (done_.empty()) {
      return absl::InvalidArgumentError(
          "no point of the sweep is done: measure it first (specctl sweep --resume)");
    }
    if (absl::Status status = CheckFolds(); !status.ok()) return status;
    for (const SweepTarget& target : sweep_.targets) {
      if (absl::Status status = CheckTarget(target); !status.ok()) return status;
    }
    for (const SweepDataset& dataset : sweep_.datasets) {
      if (absl::Status status = CheckDataset(dataset); !status.ok()) return status;
    }
    return CheckTargetsTogether();
  }
  std::vector<std::string> TakeNotes() { return std::move(notes_); }

 private:
  absl::Status CheckFolds() const {
    const SweepPoint* first = nullptr;
    for (const SweepPoint* point : done_) {
      if (!point->fold) continue;
      if (first == nullptr) first = point;
      if (point->fold->fold_version == first->fold->fold_version) continue;
      return absl::InvalidArgumentError(absl::StrFormat(
          "figures of runs %s and %s are by different versions of specctl: keep the runs' folders "
          "beside sweep.json, from which they are made anew",
          first->run_id, point->run_id));
    }
    return absl::OkStatus();
  }

  // All points that `of` chooses agree in the property.
  absl::Status CheckAgree(const std::string& what, const Property& property,
                          const std::function<bool(const SweepPoint&)>& of) {
    const SweepPoint* first = nullptr;
    for (const SweepPoint* point : done_) {
      if (!of(*point)) continue;
      const std::string value = property.read(point->measured.setup);
      if (value.empty()) continue;
      if (first == nullptr) first = point;
      const std::string known = property.read(first->measured.setup);
      if (value == known) continue;
      const std::string text =
          absl::StrFormat("%s: %s differs: %s in run %s, %s in run %s", what, property.name, known,
                          first->run_id, value, point->run_id);
      if (!property.may_differ) {
        return absl::InvalidArgumentError(absl::StrFormat("%s; %s", text, property.advice));
      }
      notes_.push_back(text + " (--across)");
      return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  absl::Status CheckTarget(const SweepTarget& target) {
    constexpr std::string_view kStale = "measure its points again with one of the two";
    const Property properties[] = {
        {"model", [](const PointSetup& setup) { return setup.model; }, false, kStale},
        {"engine", [](const PointSetup& setup) { return setup.engine; }, across_.engine,
         "measure its points again with one of the two, or give --across engine"},
        {"speculation method", [](const PointSetup& setup) { return setup.speculation_method; },
         across_.drafter, "measure its points again with one of the two, or give --across drafter"},
        {"drafter", [](const PointSetup& setup) { return setup.drafter; }, across_.drafter,
         "measure its points again with one of the two, or give --across drafter"},
        {"draft length",
         [](const PointSetup& setup) {
           return setup.draft_length ? std::to_string(*setup.draft_length) : std::string();
         },
         false, kStale},
    };
    for (const Property& property : properties) {
      const absl::Status status =
          CheckAgree("target " + target.name, property,
                     [&](const SweepPoint& point) { return point.key.target == target.name; });
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status CheckDataset(const SweepDataset& dataset) {
    const Property revision = {
        "its revision",
        [](const PointSetup& setup) {
          return setup.dataset_sha256.empty()
                     ? std::string()
                     : absl::StrFormat("SHA-256 %s, %d rows", setup.dataset_sha256.substr(0, 12),
                                       setup.dataset_rows);
        },
        across_.dataset, "measure again with one of the two, or give --across dataset"};
    // Tiers of a dataset have rows of their own.
    std::set<std::string> tiers;
    for (const SweepPoint* point : done_) tiers.insert(point->key.tier);
    for (const std::string& tier : tiers) {
      const absl::Status status =
          CheckAgree("dataset " + dataset.name, revision, [&](const SweepPoint& point) {
            return point.key.dataset == dataset.name && point.key.tier == tier;
          });
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status CheckTargetsTogether() {
    const auto all = [](const SweepPoint&) { return true; };
    const Property model = {"model", [](const PointSetup& setup) { return setup.model; }, false,
                            "plan one model at a time, with --target"};
    if (absl::Status status = CheckAgree("targets", model, all); !status.ok()) return status;
    const Property engine = {"engine", [](const PointSetup& setup) { return setup.engine; },
                             across_.engine,
                             "plan one engine at a time, with --target, or give --across engine"};
    return CheckAgree("targets", engine, all);
  }

  const Sweep& sweep_;
  const Across& across_;
  std::vector<const SweepPoint*> done_;
  std::vector<std::string> notes_;
};

}  // namespace

absl::StatusOr<Sweep> JoinSweeps(const std::vector<NamedSweep>& sweeps,
                                 const PlanRequest& request) {
  Sweep joined;
  std::set<std::string> runs;
  for (const NamedSweep& named : sweeps) {
    const Sweep& sweep = named.sweep;
    if (joined.id.empty()) joined.id = sweep.id;
    if (joined.begun_unix_ns == 0) joined.begun_unix_ns = sweep.begun_unix_ns;
    for (const SweepTarget& target : sweep.targets) {
      if (absl::Status status = AddTarget(target, named.name, joined); !status.ok()) return status;
    }
    for (const SweepDataset& dataset : sweep.datasets) {
      if (absl::Status s = AddDataset(dataset, named.name, joined); !s.ok()) return s;
    }
    for (const SweepPoint& point : sweep.points) {
      // A sweep that is named twice is not two.
      if (point.run_id.empty() || runs.insert(point.run_id).second) joined.points.push_back(point);
    }
    for (const SweepPair& pair : sweep.pairs) {
      if (pair.run_id.empty() || runs.insert(pair.run_id).second) joined.pairs.push_back(pair);
    }
  }
  if (absl::Status status = CheckAsked("--target", request.targets, joined.targets); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckAsked("--dataset", request.datasets, joined.datasets);
      !status.ok()) {
    return status;
  }
  if (!request.baseline.empty()) {
    const absl::Status status = CheckAsked("--baseline", {request.baseline}, joined.targets);
    if (!status.ok()) return status;
  }
  RemoveOthers(request, joined);
  return joined;
}

absl::StatusOr<std::vector<std::string>> CheckSweep(const Sweep& sweep, const Across& across) {
  SweepChecker checker(sweep, across);
  if (absl::Status status = checker.CheckAll(); !status.ok()) return status;
  return checker.TakeNotes();
}

}  // namespace specctl
