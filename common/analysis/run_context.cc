#include "common/analysis/run_context.h"

#include <algorithm>

#include "common/base/hash.h"
#include "common/engine/engine_profile.h"

namespace specctl {

void RunContext::NumberTexts(const RequestFinished& finish, SettledRequest& settled) {
  settled.header = header_values.NumberOf(finish.header_value);
  settled.address = addresses.NumberOf(finish.address);
}

uint64_t RunContext::OrderIndexOf(uint64_t position) const {
  const uint64_t rows = spec().dataset.rows;
  return rows == 0 ? position : position % rows;
}

uint64_t RunContext::CycleOf(uint64_t position) const {
  const uint64_t rows = spec().dataset.rows;
  return rows == 0 ? 0 : position / rows;
}

uint64_t RunContext::QuestionOf(uint64_t position) const {
  // Several rows may ask one question: its id tells, where the dataset has ids.
  const PlannedRow* row = RowAt(position);
  const bool named = row != nullptr && !row->question_id.empty();
  return named ? Fnv1a(row->question_id) : OrderIndexOf(position);
}

const PlannedRow* RunContext::RowAt(uint64_t position) const {
  const auto found = planned_rows.find(OrderIndexOf(position));
  return found == planned_rows.end() ? nullptr : &found->second;
}

const TargetProbed* RunContext::Target(uint32_t target) const {
  const auto found = std::find_if(targets.begin(), targets.end(),
                                  [&](const TargetProbed& t) { return t.target == target; });
  return found == targets.end() ? nullptr : &*found;
}

absl::Status RunContext::AddLogged(const StatisticsRead& read) {
  if (!logged) logged.emplace();
  logged->AddRead(read);
  return absl::OkStatus();
}

const LoggedResponse* RunContext::LoggedAs(const std::optional<std::string>& response_id) const {
  return logged && response_id ? logged->Find(*response_id) : nullptr;
}

bool RunContext::ChunkIsStep(uint32_t target) const {
  const TargetProbed* probed = Target(target);
  return probed == nullptr || ProfileNamed(probed->engine).chunk_per_step;
}

}  // namespace specctl
