// What one run measured, as it stands in sweep.json and beside the run's journal.
#pragma once

#include "common/base/json_writer.h"
#include "common/planning/json_object_reader.h"
#include "common/planning/sweep.h"

namespace specctl {

// Each writes the members of the object that is open, or reads those of `object`.
void WriteMeasurement(const PointMeasurement& measurement, JsonWriter& json);
PointMeasurement ReadMeasurement(const JsonObjectReader& object);
void WriteFoldKey(const FoldKey& key, JsonWriter& json);
FoldKey ReadFoldKey(const JsonObjectReader& object);

}  // namespace specctl
