// The reconciliation of a run in summary.json.
#pragma once

#include <optional>

#include "common/base/json_writer.h"
#include "common/figures/reconciliation.h"

namespace specctl {

// `reconciliation`, an object; nothing where it is absent.
void WriteReconciliation(const std::optional<Reconciliation>& reconciliation, JsonWriter& json);

}  // namespace specctl
