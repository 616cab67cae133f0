#include "common/analysis/server_duplicates.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <unordered_map>

#include "common/base/hash.h"

namespace specctl {
namespace {

// A hash of several parts, each ended, so that no two ways of parting them are one.
class PartsHash {
 public:
  explicit PartsHash(std::string_view kind) { Add(kind); }
  void Add(std::string_view part) { hash_ = Fnv1a("\xFF", Fnv1a(part, hash_)); }
  void Add(double number) {
    // -0 and 0 are equal.
    hash_ = SplitMix64(hash_ ^ std::bit_cast<uint64_t>(number == 0 ? 0.0 : number));
  }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = kFnv1aStart;
};

}  // namespace

std::vector<const ServerSeries::Series*> ServerSeries::SortedCounters() const {
  std::vector<const Series*> all;
  for (const Series& series : series_) {
    if (Counts(series) && series.family->counter) all.push_back(&series);
  }
  std::sort(all.begin(), all.end(), [](const Series* a, const Series* b) {
    return std::tie(a->name, a->labels) < std::tie(b->name, b->labels);
  });
  return all;
}

// Whether both have the same counters with the same values, of which some grew.
bool ServerSeries::HasCountersOf(const ServerSeries& other) const {
  const auto same = [](const Series* a, const Series* b) {
    return a->name == b->name && a->labels == b->labels && a->counter.last() == b->counter.last();
  };
  const std::vector<const Series*> ours = SortedCounters(), theirs = other.SortedCounters();
  const bool grew = std::any_of(ours.begin(), ours.end(),
                                [](const Series* series) { return series->counter.growth() > 0; });
  // Two servers that do nothing look alike.
  return grew && std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), same);
}

bool ServerSeries::AreOneServer(const ServerSeries& a, const ServerSeries& b) {
  const bool both_tell = !a.process_starts_.empty() && !b.process_starts_.empty();
  const bool same_start = both_tell && a.process_starts_.back() == b.process_starts_.back();
  const bool same_peer = !a.peer_.empty() && a.peer_ == b.peer_;
  // One process has one start.
  if (both_tell && !same_start) return false;
  if (same_start && same_peer && a.path_ == b.path_) return true;
  return (same_start || same_peer) && a.is_whole() && b.is_whole() && a.HasCountersOf(b);
}

// What AreOneServer() asks for: start, address and path; or counters and one of the first two.
std::vector<uint64_t> ServerSeries::IdentityKeys() const {
  std::vector<uint64_t> keys;
  if (!process_starts_.empty() && !peer_.empty()) {
    PartsHash place("place");
    place.Add(process_starts_.back());
    place.Add(peer_);
    place.Add(path_);
    keys.push_back(place.value());
  }
  if (!is_whole()) return keys;
  PartsHash counters("counters");
  for (const Series* series : SortedCounters()) {
    counters.Add(series->name);
    for (const auto& [name, value] : series->labels) {
      counters.Add(name);
      counters.Add(value);
    }
    counters.Add(series->counter.last().value_or(-1));
  }
  if (!process_starts_.empty()) {
    PartsHash with_start = counters;
    with_start.Add(process_starts_.back());
    keys.push_back(with_start.value());
  }
  if (!peer_.empty()) {
    PartsHash with_peer = counters;
    with_peer.Add(peer_);
    keys.push_back(with_peer.value());
  }
  return keys;
}

std::vector<std::optional<uint32_t>> FindDuplicates(std::span<const ServerSeries* const> servers) {
  std::vector<std::optional<uint32_t>> same_as(servers.size());
  // Those that are no duplicates, by their keys: only they can be the same as a later one.
  std::unordered_map<uint64_t, std::vector<uint32_t>> by_key;
  for (uint32_t i = 0; i < servers.size(); ++i) {
    const std::vector<uint64_t> keys = servers[i]->IdentityKeys();
    for (const uint64_t key : keys) {
      const auto alike = by_key.find(key);
      if (alike == by_key.end()) continue;
      const auto same = std::find_if(alike->second.begin(), alike->second.end(), [&](uint32_t of) {
        return ServerSeries::AreOneServer(*servers[of], *servers[i]);
      });
      if (same == alike->second.end()) continue;
      same_as[i] = std::min(*same, same_as[i].value_or(*same));
    }
    if (same_as[i]) continue;
    for (const uint64_t key : keys) by_key[key].push_back(i);
  }
  return same_as;
}

}  // namespace specctl
