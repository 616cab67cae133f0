#include <algorithm>

#include "common/base/json_writer.h"
#include "common/figures/catalogue.h"
#include "common/report/artifacts.h"
#include "common/report/figures_json.h"
#include "common/report/reconciliation_json.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

// Reasons or labels.
template <class Told>
void WriteTold(std::string_view key, const std::vector<Told>& told, JsonWriter& json) {
  json.ObjectsField(key, told, [&](const Told& reason) {
    json.Field("code", reason.name());
    json.Field("text", reason.text);
    if (reason.windows > 0) json.Field("windows", reason.windows);
  });
}

void WriteVerdict(const Verdict& verdict, JsonWriter& json) {
  json.Key("verdict");
  json.BeginObject();
  json.Field("state", VerdictName(verdict.state));
  WriteTold("reasons", verdict.reasons, json);
  json.Key("labels");
  json.BeginArray();
  // The bare codes, for scripts that only look whether one is there.
  for (const VerdictLabel& label : verdict.labels) json.Value(label.name());
  json.EndArray();
  WriteTold("label_details", verdict.labels, json);
  json.ArrayField("checks_not_made", verdict.checks_not_made);
  json.Key("windows");
  json.BeginObject();
  json.Field("judged", verdict.windows);
  json.Field("degraded", verdict.windows_degraded);
  json.Field("invalid", verdict.windows_invalid);
  json.EndObject();
  json.EndObject();
}

void WriteDatasetName(const DatasetIdentity& dataset, JsonWriter& json) {
  json.Key("dataset");
  json.BeginObject();
  json.Field("name", DatasetLabel(dataset));
  WriteBuiltin(dataset, json);
  json.EndObject();
}

void WriteHold(const Results& results, JsonWriter& json) {
  json.Field("headline", results.headline_is_whole_run ? "whole_run" : "hold");
  WriteNumber("run_length_s", results.run_length_s, json);
  // Absent where the load was as planned.
  if (!results.load_left.empty()) {
    json.ObjectsField("load_left", results.load_left, [&](const LoadLeft& left) {
      json.Field("from_s", left.from_s);
      json.Field("agents", left.agents);
      json.Field("slots", left.slots);
    });
  }
  if (!results.hold) return;
  json.Key("hold");
  json.BeginObject();
  WriteNumber("start_s", results.hold->start_s, json);
  WriteNumber("length_s", results.hold->length_s, json);
  json.Field("windows", results.hold->windows);
  json.Field("requests_begun", results.hold->requests_begun);
  json.Field("requests_unfinished", results.hold->requests_unfinished);
  json.Field("windows_left_out", results.hold->windows_left_out);
  json.EndObject();
}

void WriteWithInvalid(const Results& results, JsonWriter& json) {
  if (!results.with_invalid) return;
  json.Key("with_invalid_windows");
  json.BeginObject();
  WriteThroughput(*results.with_invalid, json);
  WriteGroup(FigureGroup::kLatency, *results.with_invalid, json);
  json.EndObject();
}

void WriteStartSkew(const std::optional<StartSkew>& skew, JsonWriter& json) {
  if (!skew) return;
  json.Key("start_skew_ms");
  json.BeginObject();
  WriteNumber("value", skew->ms, json);
  WriteNumber("bound", skew->bound_ms, json);
  json.EndObject();
}

void WriteArrivals(const std::optional<ArrivalFigures>& arrivals, JsonWriter& json) {
  if (!arrivals) return;
  json.Key("arrivals");
  json.BeginObject();
  WriteFigures(ArrivalCatalogue(), *arrivals, json);
  json.ObjectsField("dispersion", arrivals->dispersion,
                    [&](const ArrivalFigures::Dispersion& dispersion) {
                      WriteNumber("window_s", dispersion.window_s, json);
                      json.Field("windows", dispersion.windows);
                      WriteNumber("index", dispersion.index, json);
                      if (!dispersion.expected) return;
                      WriteNumber("poisson_low", dispersion.expected->low, json);
                      WriteNumber("poisson_high", dispersion.expected->high, json);
                    });
  if (arrivals->gaps) {
    json.Key("gaps_fit");
    json.BeginObject();
    WriteNumber("distance", arrivals->gaps->distance, json);
    WriteNumber("p_value", arrivals->gaps->p_value, json);
    json.EndObject();
  }
  json.EndObject();
}

// What must agree: tokens by chunks, by totals and by counters.
void WriteTokenBooks(const Results& results, JsonWriter& json) {
  const TokenBooks& books = results.whole_token_books;
  json.Key("reconciliation");
  json.BeginObject();
  json.Field("by_chunks", books.by_chunks);
  json.Field("by_totals", books.by_totals);
  if (results.servers) {
    WriteNumber("by_counters", results.servers->sums.generated_tokens, json);
  }
  json.Field("responses_of_unknown_chunks", books.responses_of_unknown_chunks);
  json.Field("apart", books.apart);
  json.Field("responses_apart", books.responses_apart);
  WriteNumber("headline_apart_share", results.token_books.ApartShare(), json);
  json.Field("withheld", results.tokens_withheld);
  json.Key("responses_by_fault");
  json.BeginObject();
  for (size_t i = 0; i < kTokenFaults; ++i) {
    // Of many kinds few occur.
    if (books.faults[i] == 0) continue;
    json.Field(TokenFaultName(static_cast<TokenFault>(i)), books.faults[i]);
  }
  json.EndObject();
  json.EndObject();
}

void WriteTokens(const Results& results, JsonWriter& json) {
  const TokenTotals& tokens = results.tokens;
  json.Key("tokens");
  json.BeginObject();
  WriteFigures(TokenCatalogue(), tokens, json);
  json.Key("finish_reasons");
  json.BeginObject();
  for (const auto& [reason, requests] : tokens.finish_reasons) json.Field(reason, requests);
  json.EndObject();
  WriteTokenBooks(results, json);
  json.EndObject();
}

void WriteAcceptanceSources(const Results& results, JsonWriter& json) {
  json.ObjectsField("sources", results.acceptance_sources, [&](const TargetAcceptance& target) {
    json.Field("target", target.target);
    json.Field("speculates", target.speculates);
    if (target.source) json.Field("source", AcceptanceSourceName(*target.source));
    json.TextField("why_none", target.why_none);
    json.Field("requests", target.requests);
    WriteNumber("share", target.share, json);
    json.Field("draft_length", target.draft_length);
    WriteNumber("merged_share", target.merged_share, json);
    if (target.contradictory > 0) json.Field("contradictory", target.contradictory);
  });
}

// What the server's own files said; absent where none were read.
void WriteLogged(const Results& results, JsonWriter& json) {
  if (!results.logged) return;
  const LoggedFigures& logged = *results.logged;
  json.Key("statistics_files");
  json.BeginObject();
  json.Field("folder", logged.folder);
  json.TextField("error", logged.error);
  json.Field("files", logged.files);
  json.Field("responses", logged.responses);
  json.Field("of_run", logged.of_run);
  json.Field("of_others", logged.of_others);
  json.Field("undecodable_lines", logged.undecodable_lines);
  json.Field("torn_files", logged.torn_files);
  json.Field("contradictory", logged.contradictory);
  WriteAcceptance("acceptance", logged.acceptance, json);
  json.EndObject();
}

// Absent where nothing speculates.
void WriteHeadlineAcceptance(const Results& results, JsonWriter& json) {
  const bool speculates =
      std::any_of(results.acceptance_sources.begin(), results.acceptance_sources.end(),
                  [](const TargetAcceptance& target) { return target.speculates; });
  if (!speculates && !results.headline.acceptance) return;
  json.Key("acceptance");
  json.BeginObject();
  WriteGroup(FigureGroup::kAcceptance, results.headline, json);
  WriteAcceptanceSources(results, json);
  json.EndObject();
}

void WriteWholeRun(const Results& results, JsonWriter& json) {
  json.Key("whole_run");
  json.BeginObject();
  WriteThroughput(results.whole_run, json);
  WriteGroup(FigureGroup::kLatency, results.whole_run, json);
  WriteGroup(FigureGroup::kLength, results.whole_run, json);
  WriteAcceptance("acceptance", results.whole_run.acceptance, json);
  json.EndObject();
}

void WriteSlice(const SliceFigures& slice, JsonWriter& json) {
  json.Field("by", DimensionName(slice.by));
  json.Field("key", slice.key);
  WriteConservation(slice.conservation, json);
  json.Key("tokens");
  json.BeginObject();
  json.Field("input", slice.input_tokens);
  json.Field("output", slice.output_tokens);
  json.EndObject();
  WriteNumber("whole_run_output_tps", slice.whole_run_output_tps, json);
  WriteGroup(FigureGroup::kLatency, slice.figures, json);
  WriteAcceptance("acceptance", slice.figures.acceptance, json);
}

void WriteTargetModel(const TargetProbed& target, const RunSpec& spec, JsonWriter& json) {
  WriteTargetIdentity(target, spec, json);
  json.TextField("model", target.model);
}

// Absent where none failed.
void WriteMetricsFailures(const Results& results, JsonWriter& json) {
  if (results.metrics_failures.empty()) return;
  json.ObjectsField("metrics_failures", results.metrics_failures,
                    [&](const ScrapeFailure& failure) {
                      json.Field("url", failure.url);
                      json.Field("text", failure.text);
                      json.Field("scrapes", failure.scrapes);
                    });
}

void WriteNetwork(const std::vector<TargetNetwork>& networks, uint32_t target, JsonWriter& json) {
  for (const TargetNetwork& network : networks) {
    if (network.target != target) continue;
    WriteFigures(NetworkCatalogue(), network, json);
    // No ok request in the headline: nothing to subtract from.
    if (!network.ttft_p50_ms || !network.ttft_p99_ms) continue;
    json.Key("ttft_ms");
    json.BeginObject();
    WriteNumber("p50", *network.ttft_p50_ms, json);
    WriteNumber("p99", *network.ttft_p99_ms, json);
    json.EndObject();
    json.Key("ttft_less_rtt_ms");
    json.BeginObject();
    WriteNumber("p50", *network.ttft_p50_ms - network.round_trip_ms, json);
    WriteNumber("p99", *network.ttft_p99_ms - network.round_trip_ms, json);
    json.EndObject();
  }
}

void WriteAgentFigures(const AgentFigures& agent, JsonWriter& json) {
  json.Field("agent", agent.agent);
  json.Field("hostname", agent.host.hostname);
  json.Field("slots", agent.slots);
  json.Field("lost", agent.lost);
  json.TextField("end_reason", agent.end_reason);
  WriteConservation(agent.conservation, json);
  WriteFigures(AgentCatalogue(), agent, json);
}

void WriteFailures(const Results& results, JsonWriter& json) {
  json.ObjectsField("failures", results.failures, [&](const auto& failure) {
    json.Field("text", failure.text);
    json.TextField("reason", failure.reason);
    json.Field("requests", failure.requests);
  });
}

void WriteOddities(const ResponseOddities& oddities, JsonWriter& json) {
  json.Key("responses");
  json.BeginObject();
  json.Field("passed_over", oddities.passed_over);
  json.Key("passed_over_by");
  json.BeginObject();
  for (const auto& [what, responses] : oddities.passed_over_by) json.Field(what, responses);
  json.EndObject();
  json.Field("left_open", oddities.left_open);
  json.EndObject();
}

void WriteOutages(const Outages& outages, JsonWriter& json) {
  if (outages.spans.empty()) return;
  json.Key("outages");
  json.BeginObject();
  json.ObjectsField("spans", outages.spans, [&](const Outages::Span& span) {
    json.Field("start_s", span.start_s);
    json.Field("windows", span.windows);
  });
  WriteNumber("output_tps_outside", outages.output_tps_outside, json);
  json.EndObject();
}

void WriteEnd(const Results& results, JsonWriter& json) {
  if (results.ended) {
    json.Key("end");
    json.BeginObject();
    json.Field("state", RunEndName(results.end.end));
    json.TextField("reason", results.end.reason);
    json.EndObject();
  }
  // Absent where the journal is whole.
  if (results.journal_torn_bytes > 0) json.Field("journal_torn_bytes", results.journal_torn_bytes);
  const JournalDamage& damage = results.journal_damage;
  if (damage.stretches > 0) {
    json.Key("journal_damage");
    json.BeginObject();
    json.Field("stretches", damage.stretches);
    json.Field("bytes", damage.bytes);
    json.Field("first_offset", damage.first.front().offset);
    json.EndObject();
  }
}

}  // namespace

std::string SummaryJson(const Results& results) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("schema_version", kSummarySchemaVersion);
  json.Field("run_id", results.spec.run_id);
  WriteDatasetName(results.spec.dataset, json);
  WriteVerdict(results.verdict, json);
  WriteEnd(results, json);
  WriteHold(results, json);
  WriteConservation(results.conservation, json);
  WriteFailures(results, json);
  WriteOddities(results.oddities, json);
  WriteOutages(results.outages, json);
  WriteTokens(results, json);
  WriteThroughput(results.headline, json);
  WriteGroup(FigureGroup::kLatency, results.headline, json);
  WriteGroup(FigureGroup::kLength, results.headline, json);
  WriteHeadlineAcceptance(results, json);
  WriteAcceptance("acceptance_from_chunks", results.acceptance_from_chunks, json);
  WriteAcceptance("acceptance_of_counters", results.acceptance_of_counters, json);
  WriteReconciliation(results.reconciliation, json);
  WriteLogged(results, json);
  WriteServers(results.servers, json);
  WriteMetricsFailures(results, json);
  WriteWithInvalid(results, json);
  WriteWholeRun(results, json);
  json.ObjectsField("slices", results.slices,
                    [&](const SliceFigures& slice) { WriteSlice(slice, json); });
  json.ObjectsField("targets", results.targets, [&](const TargetProbed& target) {
    WriteTargetModel(target, results.spec, json);
    WriteNetwork(results.networks, target.target, json);
  });
  WriteArrivals(results.arrivals, json);
  WriteStartSkew(results.start_skew, json);
  json.ObjectsField("agents", results.agents,
                    [&](const AgentFigures& agent) { WriteAgentFigures(agent, json); });
  json.ArrayField("notes", results.notes);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
