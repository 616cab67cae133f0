#include "common/report/figures_json.h"

#include <cmath>
#include <span>
#include <variant>

#include "common/figures/catalogue.h"
#include "common/figures/statistic.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

void WriteFinite(double value, JsonWriter& json) {
  if (std::isfinite(value)) {
    json.Value(value);
  } else {
    json.Null();  // in a list, whose places have a meaning
  }
}

// Of each statistic {value, low, high}, or, where there are too few values, the bound alone.
void WriteIntervals(const Distribution& figure, JsonWriter& json) {
  if (!figure.intervals) return;
  WriteNumber("effective", figure.intervals->effective, json);
  json.Key("intervals");
  json.BeginObject();
  for (const Statistic& each : Statistics()) {
    const SteadyBounds* const bounds = each.BoundsIn(figure);
    if (bounds == nullptr || (!bounds->low && !bounds->high)) continue;
    json.Key(each.key);
    json.BeginObject();
    if (bounds->is_interval()) WriteNumber("value", figure.*each.value, json);
    WriteNumber("low", bounds->low, json);
    WriteNumber("high", bounds->high, json);
    json.EndObject();
  }
  json.EndObject();
}

void WriteDistribution(const Distribution& figure, JsonWriter& json) {
  json.BeginObject();
  json.Field("count", figure.count);
  if (figure.censored > 0) json.Field("censored", figure.censored);
  for (const Statistic& each : Statistics()) WriteNumber(each.key, figure.*each.value, json);
  if (figure.error) {
    json.Key("error");
    json.BeginObject();
    for (const Statistic& each : Statistics()) {
      if (each.error != nullptr) WriteNumber(each.key, (*figure.error).*each.error, json);
    }
    json.EndObject();
  }
  WriteIntervals(figure, json);
  json.EndObject();
}

void WriteQuantile(std::string_view key, const HistogramQuantile& quantile, JsonWriter& json) {
  json.Key(key);
  json.BeginObject();
  WriteNumber("value", quantile.value_ms, json);
  WriteNumber("low", quantile.low_ms, json);
  WriteNumber("high", quantile.high_ms, json);
  json.EndObject();
}

// A figure's member of the object that is open, by the form of its value.
class FigureWriter {
 public:
  FigureWriter(std::string_view key, JsonWriter& json) : key_(key), json_(json) {}

  void operator()(std::monostate) const {}
  void operator()(const Estimate& value) const {
    // JSON has no word for it; absent is what readers expect of a figure that is not known.
    if (!std::isfinite(value.value)) return;
    json_.Key(key_);
    json_.BeginObject();
    json_.Field("value", value.value);
    WriteNumber("low", value.low, json_);
    WriteNumber("high", value.high, json_);
    json_.EndObject();
  }
  void operator()(const Distribution* value) const {
    json_.Key(key_);
    WriteDistribution(*value, json_);
  }
  void operator()(const HistogramFigure* value) const {
    json_.Key(key_);
    json_.BeginObject();
    WriteNumber("count", value->count, json_);
    WriteQuantile("p50", value->p50, json_);
    WriteQuantile("p90", value->p90, json_);
    WriteQuantile("p99", value->p99, json_);
    json_.EndObject();
  }
  void operator()(const GaugeSummary& value) const {
    json_.Key(key_);
    json_.BeginObject();
    WriteNumber("mean", value.mean, json_);
    WriteNumber("max", value.max, json_);
    json_.EndObject();
  }
  void operator()(double value) const { WriteNumber(key_, value, json_); }
  void operator()(std::span<const double> values) const {
    json_.Key(key_);
    json_.BeginArray();
    for (const double value : values) WriteFinite(value, json_);
    json_.EndArray();
  }
  void operator()(std::span<const uint64_t> values) const { json_.ArrayField(key_, values); }
  void operator()(uint64_t value) const { json_.Field(key_, value); }
  void operator()(bool value) const { json_.Field(key_, value); }
  void operator()(std::string_view value) const { json_.Field(key_, value); }

 private:
  const std::string_view key_;
  JsonWriter& json_;
};

}  // namespace

void WriteNumber(std::string_view key, std::optional<double> value, JsonWriter& json) {
  if (value && std::isfinite(*value)) json.Field(key, *value);
}

void WriteEstimate(std::string_view key, const std::optional<Estimate>& estimate,
                   JsonWriter& json) {
  if (!estimate || !std::isfinite(estimate->value)) return;
  json.Key(key);
  json.BeginObject();
  json.Field("value", estimate->value);
  WriteNumber("low", estimate->low, json);
  WriteNumber("high", estimate->high, json);
  json.EndObject();
}

void WriteTargetIdentity(const TargetProbed& target, const RunSpec& spec, JsonWriter& json) {
  json.Field("target", target.target);
  if (target.target < spec.targets.size()) {
    json.TextField("name", spec.targets[target.target].name);
    json.Field("gpus", spec.targets[target.target].gpus);
  }
  json.Field("url", target.url);
  json.Field("engine", target.engine);
}

void WriteBuiltin(const DatasetIdentity& dataset, JsonWriter& json) {
  json.Field("builtin", dataset.builtin);
  if (dataset.builtin) json.Field("warning", kBuiltinWarning);
}

void WriteFigure(const FigureName& figure, const FigureValue& value, JsonWriter& json) {
  std::visit(FigureWriter(figure.key, json), value);
}

void WriteGroup(FigureGroup group, const FigureSet& set, JsonWriter& json) {
  for (const FigureDefinition& figure : Catalogue()) {
    if (figure.group == group) WriteFigure(figure, figure.read(set), json);
  }
}

void WriteConservation(const Conservation& conservation, JsonWriter& json) {
  json.Key("conservation");
  json.BeginObject();
  WriteFigures(ConservationCatalogue(), conservation, json);
  json.Key("unassigned_by_reason");
  json.BeginObject();
  for (size_t i = 0; i < conservation.unassigned.size(); ++i) {
    json.Field(UnassignedName(static_cast<UnassignedReason>(i)), conservation.unassigned[i]);
  }
  json.EndObject();
  // Computed here, so that a reader need not know which counts add up to which.
  json.Field("holds", conservation.Holds());
  json.EndObject();
}

void WriteThroughput(const FigureSet& set, JsonWriter& json) {
  json.Key("throughput");
  json.BeginObject();
  WriteGroup(FigureGroup::kThroughput, set, json);
  json.EndObject();
}

void WriteAcceptance(std::string_view key, const std::optional<AcceptanceFigures>& value,
                     JsonWriter& json) {
  if (!value) return;
  json.Key(key);
  json.BeginObject();
  WriteGroup(FigureGroup::kAcceptance, FigureSet{.acceptance = value}, json);
  json.EndObject();
}

namespace {

void WriteGauge(std::string_view key, const std::optional<GaugeSummary>& gauge, JsonWriter& json) {
  if (gauge) std::visit(FigureWriter(key, json), FigureValue(*gauge));
}

void WriteTarget(const TargetCounters& target, JsonWriter& json) {
  json.Field("metrics_url", target.url);
  json.Field("target", target.target);
  WriteFigures(CounterCatalogue(), target.counters, json);
  WriteGauge("running", target.running, json);
  WriteGauge("waiting", target.waiting, json);
  WriteFigures(ServerLatencyCatalogue(), target.latencies, json);
  // Absent where there is one.
  if (target.ranks.empty()) return;
  json.ObjectsField("ranks", target.ranks, [&](const RankCounters& rank) {
    json.Field("rank", rank.rank);
    WriteFigures(CounterCatalogue(), rank.counters, json);
    WriteAcceptance("acceptance", rank.acceptance, json);
  });
}

// What was left out.
void WriteCautions(const ServerFigures& value, JsonWriter& json) {
  if (!value.alternating.empty()) {
    json.ObjectsField("alternating", value.alternating, [&](const auto& address) {
      json.Field("metrics_url", address.first);
      json.Field("falls", address.second);
    });
  }
  if (!value.duplicates.empty()) {
    json.ObjectsField("duplicates", value.duplicates, [&](const auto& duplicate) {
      json.Field("metrics_url", duplicate.first);
      json.Field("same_as", duplicate.second);
    });
  }
  if (!value.other_names.empty()) json.ArrayField("other_names", value.other_names);
}

void WriteReplicas(const std::vector<ReplicaCount>& replicas, JsonWriter& json) {
  if (replicas.empty()) return;
  json.ObjectsField("replicas", replicas, [&](const ReplicaCount& name) {
    json.Field("metrics_url", name.url);
    json.Field("first", name.first);
    json.Field("last", name.last());
    json.Field("born", name.born);
    json.Field("gone", name.gone);
  });
}

}  // namespace

void WriteServers(const std::optional<ServerFigures>& value, JsonWriter& json) {
  if (!value) return;
  json.Key("servers");
  json.BeginObject();
  WriteFigures(CounterCatalogue(), value->sums, json);
  WriteFigures(ServerLatencyCatalogue(), value->latencies, json);
  WriteFigures(ServerCatalogue(), *value, json);
  WriteCautions(*value, json);
  WriteReplicas(value->replicas, json);
  // Absent where every sum is of all servers.
  if (!value->partial.empty()) {
    json.Key("partial");
    json.BeginObject();
    for (const auto& [key, urls] : value->partial) json.ArrayField(key, urls);
    json.EndObject();
  }
  json.ObjectsField("targets", value->targets,
                    [&](const TargetCounters& target) { WriteTarget(target, json); });
  json.EndObject();
}

}  // namespace specctl
