// Figures as members of a JSON object.  Shared by summary.json's parts, so that a figure has one
// form wherever it stands.
#pragma once

#include <optional>
#include <string_view>

#include "common/analysis/results.h"
#include "common/base/json_writer.h"

namespace specctl {

// Each writes `key` and its value, or nothing where the value is absent or not finite.
void WriteNumber(std::string_view key, std::optional<double> value, JsonWriter& json);
void WriteEstimate(std::string_view key, const std::optional<Estimate>& value, JsonWriter& json);
void WriteDistribution(std::string_view key, const std::optional<Distribution>& value,
                       JsonWriter& json);
void WriteConservation(const Conservation& conservation, JsonWriter& json);
void WriteThroughput(const ThroughputFigures& figures, JsonWriter& json);
void WriteAcceptance(std::string_view key, const std::optional<AcceptanceFigures>& value,
                     JsonWriter& json);
// The same as members of the object that is open.
void WriteAcceptanceFields(const AcceptanceFigures& figures, JsonWriter& json);
void WriteServers(const std::optional<ServerFigures>& value, JsonWriter& json);

// What run.json and summary.json both say of a target and of prompts of our own.
void WriteTargetIdentity(const TargetProbed& target, const RunSpec& spec, JsonWriter& json);
void WriteBuiltin(const DatasetIdentity& dataset, JsonWriter& json);

// The distributions, each under its own key of the object that is open.
void WriteLatencies(const LatencyFigures& figures, JsonWriter& json);

}  // namespace specctl
