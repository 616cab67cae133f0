#include "common/report/page_servers.h"

#include <set>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/printable.h"
#include "common/figures/catalogue.h"
#include "common/report/figure_table.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr std::string_view kLabel = "servers";
constexpr size_t kLinesMax = 4;  // of a kind; summary.json has them all
constexpr size_t kRanksMax = 8;  // of a server

void AppendMore(size_t lines, std::string_view key, std::string& out) {
  if (lines <= kLinesMax) return;
  AppendProse(kLabel,
              CountText(lines - kLinesMax) + " more: " + std::string(key) + " in summary.json",
              out);
}

std::string GaugeText(const GaugeSummary& gauge) {
  return FixedText(gauge.mean, gauge.mean < 99.95 ? 1 : 0) + " mean, " + FixedText(gauge.max, 0) +
         " max";
}

std::vector<std::string> ServerItems(const ServerFigures& servers) {
  std::vector<std::string> items;
  if (servers.running)
    items.push_back(LabelOf<&ServerFigures::running>() + " " + GaugeText(*servers.running));
  if (servers.waiting)
    items.push_back(LabelOf<&ServerFigures::waiting>() + " " + GaugeText(*servers.waiting));
  if (servers.kv_cache_share) {
    items.push_back(LabelOf<&ServerFigures::kv_cache_share>() + " " +
                    ShareText(servers.kv_cache_share->mean));
  }
  if (servers.sums.prefix_hit_rate) {
    items.push_back(LabelOf<&ServerCounters::prefix_hit_rate>() + " " +
                    ShareText(*servers.sums.prefix_hit_rate));
  }
  if (servers.sums.preemptions) {
    items.push_back(LabelOf<&ServerCounters::preemptions>() + " " +
                    FixedText(*servers.sums.preemptions, 0));
  }
  if (!servers.complete && !servers.targets.empty()) {
    items.push_back("counters of only " + CountedText(servers.targets.size(), "server"));
  }
  if (servers.resets > 0) items.push_back(CountedText(servers.resets, "counter reset"));
  if (servers.scrapes_failed > 0) {
    items.push_back(CountText(servers.scrapes_failed) + " of " + CountText(servers.scrapes) +
                    " scrapes failed");
  }
  // Nothing would look as if nobody had scraped: say what was found instead.
  if (!items.empty() || !servers.alternating.empty()) return items;
  if (servers.any_known) return {"counters were read, but no gauges"};
  if (servers.scrapes > 0) return {"scraped, but no known figures were there"};
  return items;
}

void AppendAlternating(const ServerFigures& servers, std::string& out) {
  size_t lines = 0;
  for (const auto& [url, falls] : servers.alternating) {
    // Counted further, for the line that says how many more.
    if (++lines > kLinesMax) continue;
    AppendProse(kLabel,
                Printable(url) + " alternates between servers: its counters fell " +
                    CountedText(falls, "time") +
                    " and came back, so they are not summed. Name each replica's own URL with "
                    "--server-metrics",
                out);
  }
  AppendMore(lines, "servers.alternating", out);
}

void AppendCountedOnce(const ServerFigures& servers, std::string& out) {
  size_t lines = 0;
  for (const auto& [url, same_as] : servers.duplicates) {
    if (++lines > kLinesMax) continue;
    AppendProse(kLabel,
                Printable(url) + " is the same server as " + Printable(same_as) + ": counted once",
                out);
  }
  AppendMore(lines, "servers.duplicates", out);
  if (!servers.other_names.empty()) {
    const size_t more = servers.other_names.size() - 1;
    AppendProse(
        kLabel,
        "also exposed under another name, counted once: " + Printable(servers.other_names.front()) +
            (more > 0 ? " and " + CountText(more) + " more" : ""),
        out);
  }
}

// "rank 0 3.92 of 225 drafts"; empty: it counts neither drafts nor tokens.
std::string RankText(const RankCounters& rank) {
  const std::string name = "rank " + Printable(rank.rank) + " ";
  if (rank.acceptance && rank.acceptance->per_draft && rank.acceptance->drafts) {
    return name + FixedText(rank.acceptance->per_draft->value, 2) + " of " +
           CountedText(*rank.acceptance->drafts, "draft");
  }
  const std::optional<double>& tokens = rank.counters.generated_tokens;
  return tokens ? name + FixedText(*tokens, 0) + " tokens" : "";
}

void AppendRanks(const ServerFigures& servers, std::string& out) {
  size_t lines = 0;
  for (const TargetCounters& target : servers.targets) {
    if (target.ranks.empty()) continue;
    std::vector<std::string> items;
    if (servers.targets.size() > 1) items.push_back(Printable(target.url));
    for (size_t i = 0; i < target.ranks.size() && i < kRanksMax; ++i) {
      std::string text = RankText(target.ranks[i]);
      if (!text.empty()) items.push_back(std::move(text));
    }
    if (items.empty() || ++lines > kLinesMax) continue;
    if (target.ranks.size() > kRanksMax) {
      items.push_back(CountText(target.ranks.size() - kRanksMax) + " more ranks in summary.json");
    }
    AppendFlow({.label = kLabel}, items, out);
  }
  AppendMore(lines, "servers.targets", out);
}

std::string QuantileText(std::string_view name, const HistogramQuantile& quantile) {
  const std::string key = std::string(name) + " ";
  if (!quantile.high_ms || !quantile.value_ms) return key + "above " + FigureText(quantile.low_ms);
  // In the lowest bucket a value would be a guess.
  if (quantile.low_ms == 0) return key + "below " + FigureText(*quantile.high_ms);
  return key + FigureText(*quantile.value_ms) + " (" + FigureText(quantile.low_ms) + " .. " +
         FigureText(*quantile.high_ms) + ")";
}

// Why scrapes failed, or why there are none; the same reason once.
void AppendFailures(const Results& results, std::string& out) {
  std::set<std::string> said;
  for (const ScrapeFailure& failure : results.metrics_failures) {
    // Every replica of a cluster tends to fail in the same way.
    if (!said.insert(failure.text).second || said.size() > kLinesMax) continue;
    const std::string times = failure.scrapes > 1 ? " (" + CountText(failure.scrapes) + " x)" : "";
    AppendProse(kLabel,
                (failure.scrapes > 0 ? "" : "no counters: ") + Printable(failure.text) + times,
                out);
  }
  AppendMore(said.size(), "metrics_failures", out);
}

}  // namespace

void AppendServerLatencies(const ServerFigures& servers, std::string& out) {
  for (const FigureOf<ServerLatencies>& figure : ServerLatencyCatalogue()) {
    const FigureValue value = figure.read(servers.latencies);
    const auto* const read = std::get_if<const HistogramFigure*>(&value);
    if (read == nullptr) continue;
    const HistogramFigure& histogram = **read;
    const std::vector<std::string> items = {QuantileText("p50", histogram.p50),
                                            QuantileText("p90", histogram.p90),
                                            QuantileText("p99", histogram.p99), "whole run"};
    AppendFlow({.label = "servers' " + std::string(figure.label), .label_columns = kNameColumns},
               items, out);
  }
}

void AppendServers(const Results& results, std::string& out) {
  if (!results.spec.server_metrics) {
    AppendProse(kLabel, "counters not read (--no-server-metrics)", out);
    return;
  }
  if (!results.servers && results.metrics_failures.empty()) {
    AppendProse(kLabel, "no counters: not every target was scraped", out);
  }
  if (results.servers) {
    const std::vector<std::string> items = ServerItems(*results.servers);
    if (!items.empty()) AppendFlow({.label = kLabel}, items, out);
    AppendRanks(*results.servers, out);
    AppendAlternating(*results.servers, out);
    AppendCountedOnce(*results.servers, out);
  }
  AppendFailures(results, out);
}

}  // namespace specctl
