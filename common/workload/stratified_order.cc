#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "common/base/counter_random.h"
#include "common/workload/stratified_order.h"

// The order is a sequence of strata, filled with the shuffled rows of each.
//
// Quota: with n rows of N in a stratum, a prefix of length t must hold floor(t*n/N) to
// ceil(t*n/N) of them.  So job j (from 0) of a stratum has a window: not before slot
// floor(j*N/n), done by ceil((j+1)*N/n).  Unit jobs with windows on one machine: taking the
// earliest deadline always works, and another job may go first if, for every deadline d, those
// that must be done by d still fit before d (Hall's condition).  Equal strata give blocks that
// hold one row of each.
//
// Strides: of the jobs that may go, the one is taken whose stratum is most wanting in the shares
// i, i+n, i+2n, ... that this position belongs to, summed over n = 2..16; ties by the seed.
namespace specctl {
namespace {

constexpr uint64_t kStridesMax = 16;
// Strata with a smaller share of the rows than this are pooled: no share of a run could hold them
// in proportion, and it bounds the work per position.
constexpr uint64_t kStrataMax = 64;

struct Stratum {
  std::vector<uint32_t> rows;  // shuffled
  uint64_t done = 0;
};

void Shuffle(std::vector<uint32_t>& rows, CounterRandom random) {
  for (size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.Below(i)]);
}

std::vector<Stratum> MakeStrata(std::span<const RowFacts> rows, uint64_t seed) {
  std::map<std::pair<std::string_view, std::string_view>, std::vector<uint32_t>> by_key;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    by_key[{rows[i].tier, rows[i].category}].push_back(i);
  }
  std::vector<Stratum> strata;
  Stratum pooled;
  for (auto& [key, members] : by_key) {
    if (members.size() * kStrataMax < rows.size()) {
      pooled.rows.insert(pooled.rows.end(), members.begin(), members.end());
    } else {
      strata.push_back({.rows = std::move(members)});
    }
  }
  if (!pooled.rows.empty()) strata.push_back(std::move(pooled));
  for (size_t s = 0; s < strata.size(); ++s) Shuffle(strata[s].rows, CounterRandom(seed, s + 1));
  return strata;
}

// Decides which strata may come next without breaking a quota later.
class Quota {
 public:
  Quota(std::span<const Stratum> strata, uint64_t total) : total_(total), slack_(total + 1) {
    // slack_[d]: slots before d, less the jobs with deadlines up to d, less the jobs done early.
    std::vector<int64_t> due(total + 1);
    for (const Stratum& stratum : strata) {
      for (uint64_t job = 0; job < stratum.rows.size(); ++job) ++due[Deadline(stratum, job)];
    }
    int64_t due_by_now = 0;
    for (uint64_t d = 0; d <= total; ++d) {
      due_by_now += due[d];
      slack_[d] = static_cast<int64_t>(d) - due_by_now;
    }
  }

  uint64_t NextDeadline(const Stratum& stratum) const { return Deadline(stratum, stratum.done); }

  bool MayGo(const Stratum& stratum, uint64_t position) const {
    if (stratum.done == stratum.rows.size()) return false;
    if (stratum.done * total_ / stratum.rows.size() > position) return false;
    for (uint64_t d = position + 1; d < NextDeadline(stratum); ++d) {
      if (slack_[d] < 1) return false;
    }
    return true;
  }

  // The next job of `stratum` goes at `position`, before its deadline: it takes a slot from those
  // that are due earlier.
  void TakeSlot(const Stratum& stratum, uint64_t position) {
    for (uint64_t d = position + 1; d < NextDeadline(stratum); ++d) --slack_[d];
  }

 private:
  uint64_t Deadline(const Stratum& stratum, uint64_t job) const {
    const uint64_t size = stratum.rows.size();
    return ((job + 1) * total_ + size - 1) / size;
  }

  const uint64_t total_;
  std::vector<int64_t> slack_;
};

// How far each share i, i+n, i+2n, ... is from the dataset's proportions.
class Strides {
 public:
  Strides(size_t strata, uint64_t total) : strata_(strata), total_(total) {
    held_.resize((kStridesMax + 1) * kStridesMax * strata);
  }

  // Rows of `stratum` (of `size` rows) wanting at `position`, in units of 1 / total rows.
  int64_t Wanting(size_t stratum, uint64_t size, uint64_t position) const {
    int64_t wanting = 0;
    for (uint64_t n = 2; n <= kStridesMax; ++n) {
      const uint64_t rows_of_share = position / n + 1;
      wanting += static_cast<int64_t>(rows_of_share * size) -
                 static_cast<int64_t>(held_[Index(stratum, position, n)] * total_);
    }
    return wanting;
  }

  void CountRow(size_t stratum, uint64_t position) {
    for (uint64_t n = 2; n <= kStridesMax; ++n) ++held_[Index(stratum, position, n)];
  }

 private:
  size_t Index(size_t stratum, uint64_t position, uint64_t n) const {
    return (n * kStridesMax + position % n) * strata_ + stratum;
  }

  const size_t strata_;
  const uint64_t total_;
  std::vector<uint64_t> held_;
};

size_t ChooseStratum(std::span<const Stratum> strata, uint64_t position, const Quota& quota,
                     const Strides& strides, CounterRandom& random) {
  size_t chosen = strata.size();
  std::pair<int64_t, uint64_t> best;
  for (size_t s = 0; s < strata.size(); ++s) {
    if (!quota.MayGo(strata[s], position)) continue;
    const std::pair score(strides.Wanting(s, strata[s].rows.size(), position), random.Next());
    if (chosen < strata.size() && score <= best) continue;
    chosen = s;
    best = score;
  }
  assert(chosen < strata.size());  // the earliest deadline may always go
  return chosen;
}

}  // namespace

std::vector<uint32_t> StratifiedOrder(std::span<const RowFacts> rows, uint64_t seed) {
  std::vector<Stratum> strata = MakeStrata(rows, seed);
  Quota quota(strata, rows.size());
  Strides strides(strata.size(), rows.size());
  CounterRandom random(seed, 0);
  std::vector<uint32_t> order;
  order.reserve(rows.size());
  for (uint64_t position = 0; position < rows.size(); ++position) {
    const size_t chosen = ChooseStratum(strata, position, quota, strides, random);
    Stratum& stratum = strata[chosen];
    quota.TakeSlot(stratum, position);
    strides.CountRow(chosen, position);
    order.push_back(stratum.rows[stratum.done++]);
  }
  return order;
}

}  // namespace specctl
