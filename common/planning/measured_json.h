// Measured figures as JSON: the value, its two-sided 95 % interval, and the spread that any other
// bound comes from.
//
//   "ttft_ms": {"p95": {"value": 812, "low": 790, "high": 835,
//                       "spread": {"below": 11, "above": 11.5, "degrees": 18, "bound": 0.1}}, ...}
#pragma once

#include "common/base/json_writer.h"
#include "common/compare/measured_figure.h"
#include "common/planning/json_object_reader.h"

namespace specctl {

// One object, under `key` of the object that is open.  What is not finite is left out.
void WriteMeasuredFigures(std::string_view key, const MeasuredFigures& figures, JsonWriter& json);

// The figures of an object; those that this version's catalogue lacks are passed over.
MeasuredFigures ReadMeasuredFigures(const JsonObjectReader& object);

// nullptr: neither the catalogue nor the run's facts have that key.
const FigureName* FindAnyFigure(std::string_view key);

}  // namespace specctl
