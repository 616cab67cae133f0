#include "common/workload/workload.h"

#include <numeric>
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

// `facts` in that order, each row as often as it has places side by side.
std::vector<RowFacts> PlacesInOrder(const std::vector<RowFacts>& facts,
                                    const std::vector<uint32_t>& order, uint32_t copies) {
  std::vector<RowFacts> places;
  places.reserve(order.size() * copies);
  for (const uint32_t row : order) places.insert(places.end(), copies, facts[row]);
  return places;
}

// 0, 1, 2, ...
std::vector<uint32_t> InOrder(size_t count) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  return order;
}

}  // namespace

absl::StatusOr<Workload> MakeWorkload(Dataset dataset, const LoadSpec& load,
                                      const RequestSpec& request, uint32_t copies) {
  std::vector<RowFacts> facts;
  for (const Conversation& row : dataset.conversations) {
    facts.push_back({row.category, row.tier, static_cast<uint32_t>(row.turns.size())});
  }
  // Of dataset and seed alone: the same for any number of agents.
  const std::vector<uint32_t> order = StratifiedOrder(facts, load.seed);
  const std::vector<RowFacts> places = PlacesInOrder(facts, order, copies);
  auto limits = ComputeLimits(load, places, InOrder(places.size()));
  if (!limits.ok()) return limits.status();
  Workload workload;
  workload.limits = *limits;
  for (size_t i = 0; i < places.size(); ++i) {
    Conversation& row = dataset.conversations[order[i / copies]];
    const bool is_last = i % copies == copies - 1;
    Conversation conversation = is_last ? std::move(row) : row;
    if (conversation.model.empty() && !request.model_mix.empty()) {
      conversation.model = ModelAt(request.model_mix, load.seed, i / copies);
    }
    workload.rows.push_back(RowOf(i, conversation));
    workload.items.push_back(ItemOf(std::move(conversation)));
  }
  return workload;
}

}  // namespace specctl
