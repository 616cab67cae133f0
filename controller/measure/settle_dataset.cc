#include "controller/measure/settle_dataset.h"

#include <utility>
#include <variant>

#include "common/dataset/dataset_again.h"

namespace specctl::controller {

absl::StatusOr<Dataset> TakeDataset(MeasureRequest& request) {
  auto prompts = std::exchange(request.prompts, {});
  auto* const rows = std::get_if<Dataset>(&prompts);
  auto dataset = rows != nullptr ? absl::StatusOr<Dataset>(std::move(*rows))
                                 : LoadDataset(std::get<DatasetRequest>(prompts));
  if (absl::IsNotFound(dataset.status())) return dataset;
  // Whatever is wrong with them, it is for whoever asks to mend.
  if (!dataset.ok()) return absl::InvalidArgumentError(dataset.status().message());
  if (!request.prompts_before) return dataset;
  auto same = CheckSame(*request.prompts_before, dataset->identity);
  return same.ok() ? std::move(dataset) : absl::StatusOr<Dataset>(std::move(same));
}

void SettleByDataset(const Dataset& dataset, MeasureRequest& request) {
  constexpr uint32_t kSpeedBenchOsl = 4096;
  constexpr uint32_t kOtherOsl = 1024;
  // Ids are prompts of completions alone.
  if (dataset.family == DatasetFamily::kRandom) {
    request.spec.request.endpoint = Endpoint::kCompletions;
  }
  const bool speed_bench = dataset.family == DatasetFamily::kSpeedBench;
  RequestSpec& asked = request.spec.request;
  asked.osl_tokens = request.osl_tokens.value_or(speed_bench ? kSpeedBenchOsl : kOtherOsl);
  if (!request.temperature_given && dataset.family != DatasetFamily::kFile) asked.temperature = 0;
  const bool marked = request.spec.dataset.synthetic_text;  // --synthetic-text
  request.spec.dataset = dataset.identity;
  request.spec.dataset.synthetic_text |= marked;
  request.notes.insert(request.notes.end(), dataset.notes.begin(), dataset.notes.end());
}

}  // namespace specctl::controller
