// Figures as members of a JSON object.  Shared by summary.json's parts, so that a figure has one
// form wherever it stands.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "common/analysis/results.h"
#include "common/base/json_writer.h"
#include "common/figures/figure_definition.h"

namespace specctl {

// Each writes `key` and its value, or nothing where the value is absent or not finite.
void WriteNumber(std::string_view key, std::optional<double> value, JsonWriter& json);
// {value, low, high}, of which a bound that is not finite is left out.
void WriteEstimate(std::string_view key, const std::optional<Estimate>& estimate, JsonWriter& json);
void WriteFigure(const FigureName& figure, const FigureValue& value, JsonWriter& json);
// Every figure of the source, as members of the object that is open.
template <class Source>
void WriteFigures(std::span<const FigureOf<Source>> catalogue, const Source& source,
                  JsonWriter& json) {
  for (const FigureOf<Source>& figure : catalogue) WriteFigure(figure, figure.read(source), json);
}
void WriteConservation(const Conservation& conservation, JsonWriter& json);
void WriteAcceptance(std::string_view key, const std::optional<AcceptanceFigures>& value,
                     JsonWriter& json);
void WriteServers(const std::optional<ServerFigures>& value, JsonWriter& json);

// The figures of the set's group, in the catalogue's order, as members of the object that is open.
void WriteGroup(FigureGroup group, const FigureSet& set, JsonWriter& json);
// The object "throughput", which is there without figures, too.
void WriteThroughput(const FigureSet& set, JsonWriter& json);

// What run.json and summary.json both say of a target and of prompts of our own.
void WriteTargetIdentity(const TargetProbed& target, const RunSpec& spec, JsonWriter& json);
void WriteBuiltin(const DatasetIdentity& dataset, JsonWriter& json);

}  // namespace specctl
