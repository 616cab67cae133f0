#include "common/workload/workload.h"

#include <string>
#include <utility>

#include "common/workload/model_mix.h"
#include "common/workload/stratified_order.h"

namespace specctl {
namespace {

PlannedRow RowOf(uint64_t order_index, const Conversation& conversation) {
  const std::string& extra = conversation.extra_json;  // minified
  return {.order_index = order_index,
          .question_id = conversation.question_id,
          .category = conversation.category,
          .sub_category = conversation.sub_category,
          .tier = conversation.tier,
          .difficulty = conversation.difficulty,
          .model = conversation.model,
          .turns = static_cast<uint32_t>(conversation.turns.size()),
          .has_stop = extra.find("\"stop\"") != std::string::npos,
          .ignores_eos = extra.find("\"ignore_eos\":true") != std::string::npos};
}

WorkloadItem ItemOf(Conversation conversation) {
  return {.turns = std::move(conversation.turns),
          .max_tokens = conversation.max_tokens,
          .model = std::move(conversation.model),
          .extra_json = std::move(conversation.extra_json),
          .question_id = std::move(conversation.question_id),
          .line = conversation.line};
}

}  // namespace

absl::StatusOr<Workload> MakeWorkload(Dataset dataset, const LoadSpec& load,
                                      const RequestSpec& request) {
  std::vector<RowFacts> facts;
  for (const Conversation& row : dataset.conversations) {
    facts.push_back({row.category, row.tier, static_cast<uint32_t>(row.turns.size())});
  }
  // Of dataset and seed alone: the same for any number of agents.
  const std::vector<uint32_t> order = StratifiedOrder(facts, load.seed);
  auto limits = ComputeLimits(load, facts, order);
  if (!limits.ok()) return limits.status();
  Workload workload;
  workload.limits = *limits;
  for (const uint32_t row : order) {
    Conversation& conversation = dataset.conversations[row];
    const uint64_t order_index = workload.rows.size();
    if (conversation.model.empty() && !request.model_mix.empty()) {
      conversation.model = ModelAt(request.model_mix, load.seed, order_index);
    }
    workload.rows.push_back(RowOf(order_index, conversation));
    workload.items.push_back(ItemOf(std::move(conversation)));
  }
  return workload;
}

}  // namespace specctl
