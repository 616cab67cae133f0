// Parts of plan.json, as members of the object that is open.
#pragma once

#include "common/base/json_writer.h"
#include "common/planning/plan.h"
#include "common/report/figures_json.h"

namespace specctl {

// {value, low, high} of its 95 % interval; nothing where it is absent.
void WriteEstimate(std::string_view key, const std::optional<Measured>& measured, JsonWriter& json);

void WriteLoad(const LoadLevel& load, JsonWriter& json);  // "bs" or "rate"
void WritePlace(const CurveKey& key, JsonWriter& json);   // "dataset", "tier", "temperature"

void WriteSpeculation(const Plan& plan, JsonWriter& json);

}  // namespace specctl
