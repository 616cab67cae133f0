#include "common/analysis/server_fold.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/analysis/server_duplicates.h"
#include "common/analysis/stages.h"
#include "common/analysis/window_table.h"
#include "common/net/url.h"

namespace specctl {
namespace {

// In a run; each has its own series.
constexpr size_t kReplicasMax = 10'000;

// scheme://host:port of a URL, as far as it has them.
std::string_view OriginOf(std::string_view url) {
  if (url.starts_with(kAllAddressesPrefix)) url.remove_prefix(kAllAddressesPrefix.size());
  const size_t scheme = url.find("://");
  const size_t path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return url.substr(0, path);
}

}  // namespace

std::vector<MetricsSource> MetricsSourcesOf(const RunSpec& spec) {
  std::vector<MetricsSource> sources;
  if (!spec.server_metrics) return sources;
  const std::vector<std::string> targets = TargetUrls(spec);
  if (spec.metrics_urls.empty()) {
    for (uint32_t i = 0; i < targets.size(); ++i) sources.push_back({targets[i], i});
    return sources;
  }
  for (const std::string& url : spec.metrics_urls) sources.push_back({url, std::nullopt});
  // URLs named apart are the targets' own where they are as many, in order, at the same hosts.
  bool in_order = sources.size() == targets.size();
  for (size_t i = 0; i < targets.size() && in_order; ++i) {
    in_order = sources[i].url.empty() || OriginOf(sources[i].url) == OriginOf(targets[i]);
  }
  for (uint32_t i = 0; i < sources.size(); ++i) {
    if (in_order) sources[i].target = i;
    // One server, one URL: an exporter on another port is still its own.
    if (targets.size() == 1 && sources.size() == 1) sources[i].target = 0;
  }
  return sources;
}

void ServerFold::Begin(std::vector<MetricsSource> sources) {
  for (MetricsSource& source : sources) {
    Target& target = targets_.emplace_back();
    target.url = static_cast<uint32_t>(urls_++);
    target.is_name = source.url.starts_with(kAllAddressesPrefix);
    target.source = std::move(source);
  }
}

void ServerFold::AddEngine(std::string_view engine) {
  const EngineProfile* profile = &ProfileNamed(engine);
  if (std::find(engines_.begin(), engines_.end(), profile) == engines_.end()) {
    engines_.push_back(profile);
  }
}

std::optional<double> ServerFold::Growth(ServerFigure figure) const {
  SettleDuplicates();
  std::optional<double> sum;
  for (const Target& target : targets_) {
    const bool counts = !target.same_as && !target.is_name;
    const auto growth = counts ? target.series.Values()[figure] : std::nullopt;
    if (growth) sum = sum.value_or(0) + *growth;
  }
  return sum;
}

void ServerFold::AddWindows(const Scraped& scraped, const std::array<double, 3>& before,
                            Target& target) {
  if (!t0_mono_ns_) return;
  // The server's counters were read somewhere in this exchange.
  const int64_t time_ns =
      scraped.begin_mono_ns + (scraped.end_mono_ns - scraped.begin_mono_ns) / 2 - *t0_mono_ns_;
  // The scrape before the run only sets where counters begin.
  if (time_ns < 0 || !WindowTable::IsPlausible(time_ns)) return;
  std::vector<Window>& windows = target.windows;
  const auto last = static_cast<size_t>(time_ns / kSecondNs);
  if (last >= windows.size()) windows.resize(last + 1);
  const int64_t from_ns = std::max<int64_t>(target.last_scrape_ns, 0);
  // When the counters grew between the two scrapes is not known: it is spread evenly.
  for (auto index = static_cast<size_t>(from_ns / kSecondNs); index <= last; ++index) {
    const int64_t start_ns = static_cast<int64_t>(index) * kSecondNs;
    const int64_t overlap_ns =
        std::min(time_ns, start_ns + kSecondNs) - std::max(from_ns, start_ns);
    if (overlap_ns <= 0) continue;
    const double share = static_cast<double>(overlap_ns) / static_cast<double>(time_ns - from_ns);
    for (size_t i = 0; i < kSpread.size(); ++i) {
      const double grown = target.series.Growth(kSpread[i]).value_or(before[i]) - before[i];
      // Never below 0: which series count may change between two scrapes.
      windows[index].growth[i] += std::max(grown, 0.0) * share;
    }
  }
  target.last_scrape_ns = time_ns;
  windows[last].scraped = true;
  for (size_t i = 0; i < kGauges.size(); ++i) {
    const auto value = target.series.Gauge(kGauges[i]);
    if (!value) continue;
    windows[last].gauges[i].sum += *value;
    ++windows[last].gauges[i].scrapes;
  }
}

std::optional<double> ServerFold::GaugeOf(const Target& target, size_t gauge, size_t window) {
  if (target.windows.empty()) return std::nullopt;
  if (target.gone && window >= target.windows.size()) return std::nullopt;
  // A gauge holds until it is read again.
  for (size_t i = std::min(window, target.windows.size() - 1) + 1; i-- > 0;) {
    if (!target.windows[i].scraped) continue;
    const Gauge& of = target.windows[i].gauges[gauge];
    if (of.scrapes == 0) return std::nullopt;
    return of.sum / of.scrapes;
  }
  return std::nullopt;
}

std::optional<double> ServerFold::GaugeAt(size_t gauge, size_t window,
                                          std::optional<uint32_t> url) const {
  std::optional<double> sum;
  size_t targets = 0;
  for (const Target& target : targets_) {
    if (!Counts(target) || (url && target.url != *url)) continue;
    const std::optional<double> value = GaugeOf(target, gauge, window);
    if (!value) continue;
    sum = sum.value_or(0) + *value;
    ++targets;
  }
  const bool is_share = kGauges[gauge] == ServerFigure::kKvCacheShare;
  // Shares of equal caches are averaged, counts are added up.
  return sum && is_share ? *sum / static_cast<double>(targets) : sum;
}

std::optional<double> ServerFold::SpreadAt(size_t counter, size_t window) const {
  std::optional<double> sum;
  for (const Target& target : targets_) {
    if (!Counts(target) || !target.series.Knows(kSpread[counter])) continue;
    const bool in = window < target.windows.size();
    sum = sum.value_or(0) + (in ? target.windows[window].growth[counter] : 0);
  }
  return sum;
}

// Read in that second, or in both beside it: scrapes don't keep to the run's seconds.
bool ServerFold::HasRead(const Target& target, size_t window) const {
  const auto read = [&](size_t at) {
    return at < target.windows.size() && target.windows[at].scraped;
  };
  return read(window) || (window > 0 && read(window - 1) && read(window + 1));
}

ServerWindow ServerFold::WindowAt(size_t index) const {
  SettleDuplicates();
  const bool scraped = std::any_of(targets_.begin(), targets_.end(), [&](const Target& target) {
    return index < target.windows.size();
  });
  if (!scraped) return {};
  return {.running = GaugeAt(0, index),
          .waiting = GaugeAt(1, index),
          .kv_cache_share = GaugeAt(2, index),
          .generated_tokens = SpreadAt(0, index),
          .drafts = SpreadAt(1, index),
          .accepted_tokens = SpreadAt(2, index),
          .replicas = static_cast<uint64_t>(std::count_if(
              targets_.begin(), targets_.end(),
              [&](const Target& target) { return Counts(target) && HasRead(target, index); }))};
}

// Of a replica that is new, made.
absl::StatusOr<ServerFold::Target*> ServerFold::TargetOf(const Scraped& scraped) {
  if (scraped.target >= urls_) {
    return absl::DataLossError(
        absl::StrFormat("scrape of target %d: need one below %d", scraped.target, urls_));
  }
  if (!scraped.replica) return &targets_[scraped.target];
  const std::pair key(scraped.target, *scraped.replica);
  if (const auto at = replicas_.find(key); at != replicas_.end()) return &targets_[at->second];
  if (!targets_[scraped.target].is_name || replicas_.size() >= kReplicasMax) {
    return absl::DataLossError(absl::StrFormat("scrape of target %d: replica %d of what has none",
                                               scraped.target, *scraped.replica));
  }
  replicas_.emplace(key, targets_.size());
  const std::optional<uint32_t> of = targets_[scraped.target].source.target;
  Target& made = targets_.emplace_back();
  made.source = {.url = scraped.url, .target = of};
  made.url = scraped.target;
  made.born = scraped.kind == ScrapeKind::kDuring;
  return &made;
}

absl::Status ServerFold::ApplyScrape(const Scraped& scraped) {
  const auto found = TargetOf(scraped);
  if (!found.ok()) return found.status();
  Target& target = **found;
  if (scraped.kind == ScrapeKind::kDuring) SettleDuplicates();
  if (scraped.gone) {
    target.gone = true;
    target.series.EndHere();
    return absl::OkStatus();
  }
  ++scrapes_;
  if (!scraped.error.empty()) ++scrapes_failed_;
  std::array<double, 3> before{};
  for (size_t i = 0; i < kSpread.size(); ++i) {
    before[i] = target.series.Growth(kSpread[i]).value_or(0);
  }
  const absl::Status status = target.series.ApplySamples(scraped, engines_);
  // Nothing of it is known before.
  if (target.born && scraped.error.empty()) target.series.BeginHere();
  // A failed scrape has no samples; the next one spreads over the time of both.
  if (scraped.error.empty()) AddWindows(scraped, before, target);
  // By what is shown before and after the run: between, servers are read at different times.
  duplicates_stale_ = duplicates_stale_ || scraped.kind != ScrapeKind::kDuring;
  return status;
}

// Anew each time: what looked like one server may be told apart by later values.
void ServerFold::SettleDuplicates() const {
  if (!std::exchange(duplicates_stale_, false)) return;
  std::vector<const ServerSeries*> servers;
  for (const Target& target : targets_) {
    target.has_duplicate = false;
    servers.push_back(&target.series);
  }
  const auto same_as = FindDuplicates(servers);
  for (size_t i = 0; i < targets_.size(); ++i) {
    targets_[i].same_as = same_as[i];
    if (!same_as[i]) continue;
    const Target& of = targets_[*same_as[i]];
    // Two addresses of one replica are still one name's.
    if (of.url != targets_[i].url) of.has_duplicate = true;
  }
}

}  // namespace specctl
