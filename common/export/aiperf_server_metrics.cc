#include "common/export/aiperf_server_metrics.h"

#include <algorithm>
#include <numeric>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

constexpr std::string_view kMerged = "merged";
constexpr std::string_view kDrafts = "vllm:spec_decode_num_drafts",
                           kDraftTokens = "vllm:spec_decode_num_draft_tokens",
                           kAcceptedTokens = "vllm:spec_decode_num_accepted_tokens",
                           kAcceptedByPosition = "vllm:spec_decode_num_accepted_tokens_per_pos";

// Counters in vLLM's names, without the `_total` that AIPerf drops.
struct CounterName {
  std::string_view name, unit;
  std::optional<double> ServerCounters::*value;
};
constexpr CounterName kCounters[] = {
    {"vllm:generation_tokens", "tokens", &ServerCounters::generated_tokens},
    {"vllm:num_preemptions", "", &ServerCounters::preemptions},
    {"vllm:prompt_tokens", "tokens", &ServerCounters::prompt_tokens},
};
constexpr CounterName kDraftCounters[] = {
    {kAcceptedTokens, "tokens", &ServerCounters::accepted_tokens},
    {kDraftTokens, "tokens", &ServerCounters::drafted_tokens},
    {kDrafts, "", &ServerCounters::drafts},
};

struct GaugeName {
  std::string_view name, unit;
  std::optional<GaugeSummary> ServerFigures::*value;
};
constexpr GaugeName kGauges[] = {
    {"vllm:kv_cache_usage_perc", "ratio", &ServerFigures::kv_cache_share},
    {"vllm:num_requests_running", "requests", &ServerFigures::running},
    {"vllm:num_requests_waiting", "requests", &ServerFigures::waiting},
};

AiperfSeries Merged() {
  AiperfSeries series;
  series.endpoint_url = kMerged;
  series.labels = {{"series", std::string(kMerged)}};
  return series;
}

using Targets = std::vector<const TargetCounters*>;

// Their sum first; of one server the sum is its own.  Nothing where one of them does not know it.
void AddCounter(const CounterName& counter, const Targets& targets, AiperfServerMetrics& made) {
  AiperfServerMetric metric{.name = std::string(counter.name),
                            .unit = std::string(counter.unit),
                            .counter = true,
                            .series = {}};
  double sum = 0;
  for (const TargetCounters* target : targets) {
    const std::optional<double>& growth = target->counters.*counter.value;
    if (!growth) return;
    sum += *growth;
    metric.series.push_back(
        {.endpoint_url = target->url, .labels = {}, .total = growth, .avg = {}, .max = {}});
  }
  if (metric.series.size() > 1) {
    metric.series.insert(metric.series.begin(), Merged())->total = sum;
  }
  made.metrics.push_back(std::move(metric));
}

void AddPositions(const Targets& targets, AiperfServerMetrics& made) {
  AiperfServerMetric metric{
      .name = std::string(kAcceptedByPosition), .unit = "", .counter = true, .series = {}};
  const auto add = [&](AiperfSeries series, const std::vector<double>& accepted) {
    for (size_t i = 0; i < accepted.size(); ++i) {
      metric.series.push_back(series);
      metric.series.back().labels.emplace_back("position", std::to_string(i));
      metric.series.back().total = accepted[i];
    }
  };
  std::vector<double> sums;
  for (const TargetCounters* target : targets) {
    const std::vector<double>& accepted = target->counters.accepted_by_position;
    // One that does not tell them leaves no sum.
    if (accepted.empty()) return;
    sums.resize(std::max(sums.size(), accepted.size()));
    for (size_t i = 0; i < accepted.size(); ++i) sums[i] += accepted[i];
  }
  if (targets.size() > 1) add(Merged(), sums);
  for (const TargetCounters* target : targets) {
    add({.endpoint_url = target->url, .labels = {}, .total = {}, .avg = {}, .max = {}},
        target->counters.accepted_by_position);
  }
  made.metrics.push_back(std::move(metric));
}

// Those whose counters tell drafts and what was accepted of them: a ratio of two sums is one of the
// same servers.
Targets CountingDrafts(const ServerFigures& servers) {
  Targets counting;
  // Behind an address that alternates between servers nothing is known.
  if (!servers.alternating.empty()) return counting;
  for (const TargetCounters& target : servers.targets) {
    const ServerCounters& counters = target.counters;
    if (counters.drafts.value_or(0) > 0 && counters.accepted_tokens) counting.push_back(&target);
  }
  return counting;
}

void AddGauge(const GaugeName& gauge, const ServerFigures& servers, AiperfServerMetrics& made) {
  const std::optional<GaugeSummary>& summary = servers.*gauge.value;
  if (!summary) return;
  AiperfSeries series = Merged();
  if (servers.targets.size() == 1) {
    series.endpoint_url = servers.targets[0].url;
    series.labels.clear();
  }
  series.avg = summary->mean;
  series.max = summary->max;
  made.metrics.push_back({.name = std::string(gauge.name),
                          .unit = std::string(gauge.unit),
                          .counter = false,
                          .series = {std::move(series)}});
}

// Of requests, in the terms of vLLM's counters.
struct DraftCounts {
  std::optional<uint64_t> drafts, drafted, accepted;
};

// Sums of what responses tell: statistics and `timings` of each step tell drafts; without these,
// steps, and tokens drafted or accepted; chunks tell steps, and how much longer than one token they
// were.
DraftCounts CountsOf(const TargetSteps& steps, bool drafts_known) {
  if (drafts_known) {
    return {.drafts = steps.drafts, .drafted = steps.drafted, .accepted = steps.accepted};
  }
  DraftCounts counts;
  if (steps.steps > 0) counts.drafts = steps.steps;
  if (steps.drafted > 0) counts.drafted = steps.drafted;
  if (steps.drafted > 0 || steps.accepted > 0) {
    counts.accepted = steps.accepted;
  } else if (steps.steps > 0) {
    counts.accepted = steps.delivered - std::min(steps.steps, steps.delivered);
  }
  return counts;
}

// Where one target does not know a number, the sum isn't known.
void AddInto(DraftCounts& sum, const DraftCounts& counts) {
  const auto add = [](std::optional<uint64_t>& to, const std::optional<uint64_t>& value) {
    to = to && value ? std::optional(*to + *value) : std::nullopt;
  };
  add(sum.drafts, counts.drafts);
  add(sum.drafted, counts.drafted);
  add(sum.accepted, counts.accepted);
}

void AddDraftCounts(const AcceptanceFigures& acceptance, const RunSpec& spec,
                    AiperfServerMetrics& made) {
  const bool drafts_known = acceptance.drafts.has_value();
  DraftCounts sum{.drafts = 0, .drafted = 0, .accepted = 0};
  for (const TargetSteps& steps : acceptance.steps_by_target) {
    AddInto(sum, CountsOf(steps, drafts_known));
  }
  const auto add = [&](std::string_view name, std::string_view unit,
                       std::optional<uint64_t> DraftCounts::*value) {
    if (!(sum.*value)) return;
    AiperfServerMetric metric{
        .name = std::string(name), .unit = std::string(unit), .counter = true, .series = {}};
    if (acceptance.steps_by_target.size() != 1) {
      metric.series.push_back(Merged());
      metric.series.back().total = static_cast<double>(*(sum.*value));
    }
    for (const TargetSteps& steps : acceptance.steps_by_target) {
      AiperfSeries series;
      series.endpoint_url =
          steps.target < spec.targets.size() ? spec.targets[steps.target].url : "unknown";
      series.total = static_cast<double>(*(CountsOf(steps, drafts_known).*value));
      metric.series.push_back(std::move(series));
    }
    made.metrics.push_back(std::move(metric));
  };
  add(kAcceptedTokens, "tokens", &DraftCounts::accepted);
  add(kDraftTokens, "tokens", &DraftCounts::drafted);
  add(kDrafts, "", &DraftCounts::drafts);
}

std::string NoteOn(const AcceptanceFigures& acceptance, const std::string& requests) {
  std::string note =
      absl::StrFormat("vllm:spec_decode_*: no server's counters, but sums over ok %s, from %s.",
                      requests, AcceptanceSourceName(acceptance.source));
  if (acceptance.drafts) return note;
  note +=
      " The source does not tell which steps had a draft: num_drafts is the number of decoding"
      " steps";
  if (acceptance.source == AcceptanceSource::kChunks) {
    note += ", and num_accepted_tokens what they delivered beyond one token each";
  }
  note += acceptance.accept_rate ? "." : "; how many tokens were drafted is unknown.";
  return note;
}

void SortByName(AiperfServerMetrics& made) {
  std::sort(made.metrics.begin(), made.metrics.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
}

void WriteSeries(const AiperfSeries& series, JsonWriter& json) {
  json.Field("endpoint_url", series.endpoint_url);
  json.Key("labels");
  json.BeginObject();
  for (const auto& [name, value] : series.labels) json.Field(name, value);
  json.EndObject();
  json.Key("stats");
  json.BeginObject();
  json.Field("total", series.total);
  json.Field("avg", series.avg);
  json.Field("max", series.max);
  json.EndObject();
}

void WriteSummary(const AiperfRun& run, const std::optional<ServerFigures>& servers,
                  JsonWriter& json) {
  json.Key("summary");
  json.BeginObject();
  std::vector<std::string> configured;
  // Of a target without metrics it is empty.
  for (const std::string& url : run.spec->metrics_urls) {
    if (!url.empty()) configured.push_back(url);
  }
  json.ArrayField("endpoints_configured", configured);
  std::vector<std::string> read;
  if (servers) {
    for (const TargetCounters& target : servers->targets) read.push_back(target.url);
  }
  json.ArrayField("endpoints_successful", read);
  // Without a request there was no phase; AIPerf's model needs the times all the same.
  const AiperfSummary::Window window = run.profiling.value_or(AiperfSummary::Window{});
  json.Field("start_time", AiperfTime(run.t0_unix_ns + window.begin_ns));
  json.Field("end_time", AiperfTime(run.t0_unix_ns + window.end_ns));
  json.Key("phase_time_ranges");
  json.BeginObject();
  const auto range = [&](std::string_view phase, const AiperfSummary::Window& of) {
    json.Key(phase);
    json.BeginObject();
    json.Field("start_ns", run.t0_unix_ns + of.begin_ns);
    json.Field("end_ns", run.t0_unix_ns + of.end_ns);
    json.EndObject();
  };
  range("profiling", window);
  if (run.warmup) range("warmup", *run.warmup);
  json.EndObject();
  json.EndObject();
}

}  // namespace

AiperfServerMetrics MetricsOfServers(const std::optional<ServerFigures>& servers,
                                     const std::optional<AcceptanceFigures>& of_requests,
                                     const RunSpec& spec) {
  AiperfServerMetrics made;
  Targets counting;
  if (servers) {
    counting = CountingDrafts(*servers);
    for (const CounterName& counter : kCounters) {
      // As in summary.json: the sum is of those that have it.
      Targets having;
      for (const TargetCounters& target : servers->targets) {
        if (target.counters.*counter.value) having.push_back(&target);
      }
      if (servers->sums.*counter.value) AddCounter(counter, having, made);
    }
    for (const GaugeName& gauge : kGauges) AddGauge(gauge, *servers, made);
  }
  if (!counting.empty()) {
    for (const CounterName& counter : kDraftCounters) AddCounter(counter, counting, made);
    AddPositions(counting, made);
    made.acceptance_source = AcceptanceSourceName(AcceptanceSource::kCounters);
    made.notes.push_back(
        "vllm:*: the servers' counters, in vLLM's names whatever the engine; growth over the whole"
        " run, warm-up included.");
    if (counting.size() < spec.metrics_urls.size()) {
      made.notes.push_back(absl::StrFormat("Counters of drafts: of %d of %d servers.",
                                           counting.size(), spec.metrics_urls.size()));
    } else if (!servers->complete) {
      made.notes.push_back("Counters of drafts: not of all servers behind a name.");
    }
  } else if (of_requests && !of_requests->steps_by_target.empty()) {
    AddDraftCounts(*of_requests, spec, made);
    made.acceptance_source = AcceptanceSourceName(of_requests->source);
    made.notes.push_back(NoteOn(*of_requests, "requests of the whole run"));
  }
  SortByName(made);
  return made;
}

AiperfServerMetrics MetricsOfRequests(const std::optional<AcceptanceFigures>& acceptance,
                                      const std::string& requests, const RunSpec& spec) {
  AiperfServerMetrics made;
  if (!acceptance || acceptance->steps_by_target.empty()) return made;
  AddDraftCounts(*acceptance, spec, made);
  made.acceptance_source = AcceptanceSourceName(acceptance->source);
  made.notes.push_back(NoteOn(*acceptance, requests));
  SortByName(made);
  return made;
}

std::string AiperfServerMetricsJson(const AiperfRun& run, const AiperfServerMetrics& metrics,
                                    const std::optional<ServerFigures>& servers) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  WriteAiperfHead(run, kAiperfServerMetricsSchema, json);
  WriteSummary(run, servers, json);
  json.Field("metrics_phase", "profiling");
  json.Key("metrics");
  json.BeginObject();
  for (const AiperfServerMetric& metric : metrics.metrics) {
    json.Key(metric.name);
    json.BeginObject();
    json.Field("type", metric.counter ? "counter" : "gauge");
    json.Field("description", "");
    json.TextField("unit", metric.unit);
    json.ObjectsField("series", metric.series,
                      [&](const AiperfSeries& series) { WriteSeries(series, json); });
    json.EndObject();
  }
  json.EndObject();
  WriteAiperfInputConfig(run, json);
  std::vector<std::string> notes = metrics.notes;
  if (!metrics.acceptance_source.empty()) {
    notes.insert(notes.begin(), "acceptance_source: " + metrics.acceptance_source);
  }
  WriteAiperfOrigin(run, notes, json);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
