#include <algorithm>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/json_writer.h"
#include "common/report/artifacts.h"
#include "common/report/figures_json.h"
#include "common/report/result_names.h"
#include "common/workload/run_spec_fields.h"

namespace specctl {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// A key that is there twice has its last value.
void WritePairs(std::string_view key, const Pairs& pairs, JsonWriter& json) {
  json.Key(key);
  json.BeginObject();
  for (auto pair = pairs.begin(); pair != pairs.end(); ++pair) {
    const bool again = std::any_of(pair + 1, pairs.end(),
                                   [&](const auto& later) { return later.first == pair->first; });
    if (!again) json.Field(pair->first, pair->second);
  }
  json.EndObject();
}

// Writes the spec's fields as members of the object that is open.
class SpecPrinter {
 public:
  explicit SpecPrinter(JsonWriter& json) : json_(json) {}

  template <class T>
  void operator()(const SpecField& field, const T& value) {
    // Printed elsewhere in run.json, or no part of it.
    if (field.printed == SpecField::kApart) return;
    Print(field, std::string(field.printed.empty() ? field.stored : field.printed), value);
  }
  template <class Members>
  void Group(std::string_view key, const Members& print_members) {
    json_.Key(key);
    json_.BeginObject();
    print_members();
    json_.EndObject();
  }
  template <class Variant, class... Fields>
  void OneOf(const Variant& variant, const Fields&... fields) {
    const auto print = [&]<class T>(const AlternativeField<T>& field) {
      if (const T* value = std::get_if<T>(&variant)) (*this)(field, *value);
    };
    (print(fields), ...);
  }

 private:
  void Print(const SpecField& field, const std::string& key, bool value) {
    // Some flags are printed as words.
    if (field.yes.empty()) return json_.Field(key, value);
    json_.Field(key, value ? field.yes : field.no);
  }
  template <std::unsigned_integral T>
  void Print(const SpecField&, const std::string& key, T value) {
    json_.Field(key, value);
  }
  void Print(const SpecField&, const std::string& key, double value) {
    WriteNumber(key, value, json_);
  }
  void Print(const SpecField&, std::string key, Nanos value) {
    // Stored in ns, printed in seconds: the key must name the unit that is printed.
    if (key.ends_with("_ns")) key.replace(key.size() - 2, 2, "s");
    json_.Field(key, Seconds(value));
  }
  void Print(const SpecField&, const std::string& key, const std::string& value) {
    json_.TextField(key, value);
  }
  void Print(const SpecField&, const std::string& key, Endpoint value) {
    json_.Field(key, EndpointName(value));
  }
  void Print(const SpecField&, const std::string& key, ArrivalProcess value) {
    json_.Field(key, ArrivalProcessName(value));
  }
  void Print(const SpecField&, const std::string& key, const ClosedLoop& loop) {
    json_.Field(key, loop.bs);
  }
  void Print(const SpecField&, const std::string& key, UrlPolicy value) {
    json_.Field(key, UrlPolicyName(value));
  }
  template <class T>
  void Print(const SpecField& field, const std::string& key, const std::optional<T>& value) {
    if (value) Print(field, key, *value);
  }
  void Print(const SpecField&, const std::string& key, const std::vector<std::string>& values) {
    json_.ArrayField(key, values);
  }
  void Print(const SpecField&, const std::string& key, const std::vector<uint32_t>& values) {
    json_.ArrayField(key, values);
  }
  void Print(const SpecField&, const std::string& key, const Pairs& pairs) {
    WritePairs(key, pairs, json_);
  }
  void Print(const SpecField&, const std::string& key,
             const std::vector<std::pair<std::string, double>>& numbers) {
    // Absent, unlike an empty list of strings: no mix was asked for.
    if (numbers.empty()) return;
    Group(key, [&] {
      for (const auto& [name, number] : numbers) WriteNumber(name, number, json_);
    });
  }
  // The rest of a target is beside what the probe found on it.
  void Print(const SpecField&, const std::string& key, const std::vector<TargetSpec>& targets) {
    std::vector<std::string> urls;
    for (const TargetSpec& target : targets) urls.push_back(target.url);
    json_.ArrayField(key, urls);
  }
  void Print(const SpecField&, const std::string& key, const std::vector<PrecisionGoal>& goals) {
    // Absent as a mix is: nothing but the limits ends the run.
    if (goals.empty()) return;
    json_.ObjectsField(key, goals, [&](const PrecisionGoal& goal) { VisitFields(goal, *this); });
  }
  template <HasSpecFields T>
  void Print(const SpecField&, const std::string& key, const T& members) {
    Group(key, [&] { VisitFields(members, *this); });
  }

  JsonWriter& json_;
};

void WriteDataset(const DatasetIdentity& dataset, JsonWriter& json) {
  json.Key("dataset");
  json.BeginObject();
  json.Field("name", DatasetLabel(dataset));
  VisitFields(dataset, SpecPrinter(json));
  WriteBuiltin(dataset, json);
  json.EndObject();
}

void WriteTarget(const TargetProbed& target, const RunSpec& spec, JsonWriter& json) {
  WriteTargetIdentity(target, spec, json);
  json.TextField("engine_version", target.identity.version);
  json.TextField("model", target.model);
  json.Field("max_model_len_tokens", target.max_model_len_tokens);
  json.Field("token_source", TokenSourceName(target.token_source));
  json.TextField("speculation_method", target.identity.speculation_method);
  json.Field("draft_length", target.identity.draft_length);
  json.TextField("drafter", target.identity.drafter);
  json.TextField("quantization", target.identity.quantization);
  json.TextField("parallelism", target.identity.parallelism);
  json.Field("stream_interval", target.identity.stream_interval);
  json.Field("per_request_statistics", target.per_request_statistics);
  // Only a fault is worth a key.
  if (target.usage_fault != TokenFault::kNone) {
    json.Field("usage_fault", TokenFaultName(target.usage_fault));
  }
  json.Field("stream_options", target.stream_options);
  json.ArrayField("served_models", target.served_models);
  json.TextField("metrics_url", target.metrics_url);
  json.TextField("metrics_note", target.metrics_note);
}

void WriteAgent(const AgentFigures& agent, JsonWriter& json) {
  json.Field("agent", agent.agent);
  json.Field("slots", agent.slots);
  json.Key("host");
  json.BeginObject();
  json.Field("hostname", agent.host.hostname);
  json.TextField("boot_id", agent.host.boot_id);
  json.TextField("kernel", agent.host.kernel);
  json.TextField("cpu_model", agent.host.cpu_model);
  json.Field("cores", agent.host.cores);
  json.Field("memory_bytes", agent.host.memory_bytes);
  json.Field("pid", agent.host.pid);
  json.Field("files_max", agent.host.files_max);
  json.TextField("pod", agent.host.pod);
  json.TextField("node", agent.host.node);
  json.EndObject();
}

}  // namespace

std::string RunJson(const Results& results) {
  const RunSpec& spec = results.spec;
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("schema_version", kRunSchemaVersion);
  json.Field("run_id", spec.run_id);
  json.Field("specctl_version", spec.specctl_version);
  json.Field("begun_unix_ns", results.begun_unix_ns);
  json.Field("t0_unix_ns", results.t0_unix_ns);
  WriteDataset(spec.dataset, json);
  json.Key("spec");
  json.BeginObject();
  VisitFields(spec, SpecPrinter(json));
  json.EndObject();
  WritePairs("tags", spec.tags, json);
  json.ObjectsField("targets", results.targets,
                    [&](const TargetProbed& target) { WriteTarget(target, spec, json); });
  json.ObjectsField("agents", results.agents,
                    [&](const AgentFigures& agent) { WriteAgent(agent, json); });
  json.ArrayField("notes", results.notes);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
