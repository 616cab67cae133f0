#include "controller/measure/settle_dataset.h"

#include <algorithm>
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
  if (request.prompts_before) {
    auto same = CheckSame(*request.prompts_before, dataset->identity);
    if (!same.ok()) return same;
  }
  if (request.spec.shared_prefix.groups > 0 && dataset->identity.format == "token_pieces") {
    return absl::InvalidArgumentError(
        "--prefix-groups: these prompts are token ids that a chat template made, which no prefix "
        "may go before; put it into the text, and tokenize that");
  }
  auto prefixed =
      AddSharedPrefixes(request.spec.shared_prefix, request.spec.load.seed, dataset->conversations);
  if (!prefixed.ok()) return prefixed;
  return dataset;
}

namespace {

// Some ids of the first prompt behind the highest of all, which a model of another vocabulary
// refuses.
std::vector<uint32_t> ProbeIds(const Dataset& dataset) {
  constexpr size_t kOfFirst = 32;
  uint32_t highest = 0;
  for (const Conversation& row : dataset.conversations) {
    for (const auto& turn : row.turns) {
      for (const uint32_t id : turn.front().token_ids) highest = std::max(highest, id);
    }
  }
  const auto& first = dataset.conversations.front().turns.front().front().token_ids;
  std::vector<uint32_t> ids = {highest};
  const size_t taken = std::min(first.size(), kOfFirst);
  ids.insert(ids.end(), first.begin(), first.begin() + static_cast<std::ptrdiff_t>(taken));
  return ids;
}

}  // namespace

void SettleByDataset(const Dataset& dataset, MeasureRequest& request) {
  constexpr uint32_t kSpeedBenchOsl = 4096;
  constexpr uint32_t kOtherOsl = 1024;
  if (HoldsTokenIds(dataset.identity)) {
    // Chat takes none.
    Endpoint& endpoint = request.spec.request.endpoint;
    if (endpoint == Endpoint::kChat) endpoint = Endpoint::kCompletions;
    request.probe_ids = ProbeIds(dataset);
  }
  const bool speed_bench = dataset.family == DatasetFamily::kSpeedBench;
  RequestSpec& asked = request.spec.request;
  asked.reply_ids = HoldsTokenIds(dataset.identity) &&
                    std::any_of(dataset.conversations.begin(), dataset.conversations.end(),
                                [](const Conversation& row) { return row.turns.size() > 1; });
  if (asked.reply_ids) asked.reply_end_ids = dataset.reply_end_ids;
  asked.osl_tokens = request.osl_tokens.value_or(speed_bench ? kSpeedBenchOsl : kOtherOsl);
  if (!request.temperature_given && dataset.family != DatasetFamily::kFile) asked.temperature = 0;
  const bool marked = request.spec.dataset.synthetic_text;  // --synthetic-text
  request.spec.dataset = dataset.identity;
  request.spec.dataset.synthetic_text |= marked;
  request.notes.insert(request.notes.end(), dataset.notes.begin(), dataset.notes.end());
}

}  // namespace specctl::controller
