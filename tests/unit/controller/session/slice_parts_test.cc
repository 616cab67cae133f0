#include "controller/session/slice_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;

PrepareAgent Job(std::vector<size_t> bytes, std::vector<uint64_t> order_indices) {
  auto spec = std::make_shared<RunSpec>();
  spec->run_id = "run-1";
  spec->load.bs = 64;
  auto secrets = std::make_shared<Secrets>();
  secrets->headers = {{"X-Secret", "s"}};
  auto targets = std::make_shared<std::vector<TargetJob>>();
  targets->push_back({.url = "http://a:8000",
                      .engine = "vllm",
                      .continuous_usage = true,
                      .return_token_ids = false,
                      .ignore_usage_on_chunks = true,
                      .stream_options = false,
                      .model = "lora",
                      .authorization = "Bearer key"});
  auto workload = std::make_shared<Workload>();
  for (const size_t size : bytes) {
    WorkloadItem row;
    row.turns = {{{.role = "user", .content = std::string(size, 'x'), .raw_json = ""}}};
    workload->items.push_back(row);
  }
  PrepareAgent job;
  job.spec = spec;
  job.secrets = secrets;
  job.targets = targets;
  job.agent = 1;
  job.agents = 3;
  job.slots = 21;
  workload->limits.positions_end = 40;
  job.workload = workload;
  job.order_indices = std::move(order_indices);
  return job;
}

std::vector<std::vector<uint64_t>> IndicesOfParts(SliceParts parts) {
  std::vector<std::vector<uint64_t>> indices;
  while (!parts.done()) {
    const v1::Prepare part = parts.Next();
    EXPECT_EQ(part.last(), parts.done());
    EXPECT_EQ(part.has_spec(), indices.empty());
    indices.emplace_back();
    for (const auto& conversation : part.conversations()) {
      indices.back().push_back(conversation.order_index());
    }
  }
  return indices;
}

TEST(SlicePartsTest, TheFirstPartHasTheJob) {
  SliceParts parts(Job({1, 1}, {0, 1}));
  const v1::Prepare part = parts.Next();
  EXPECT_EQ(part.spec().load().bs(), 64u);
  EXPECT_EQ(part.run_tag(), "run-1");
  EXPECT_EQ(part.headers(0).name(), "X-Secret");
  EXPECT_EQ(part.targets(0).url(), "http://a:8000");
  EXPECT_TRUE(part.targets(0).continuous_usage());
  EXPECT_TRUE(part.targets(0).ignore_usage_on_chunks());
  EXPECT_TRUE(part.targets(0).no_stream_options());
  EXPECT_EQ(part.targets(0).model(), "lora");
  EXPECT_EQ(part.targets(0).authorization(), "Bearer key");
  EXPECT_EQ(part.agent(), 1u);
  EXPECT_EQ(part.agents(), 3u);
  EXPECT_EQ(part.rows(), 2u);
  EXPECT_EQ(part.slots(), 21u);
  EXPECT_EQ(part.positions_end(), 40u);
  EXPECT_FALSE(part.has_last_position_turns());
  EXPECT_TRUE(part.last());
}

TEST(SlicePartsTest, ARowSaysWhichItIs) {
  PrepareAgent job = Job({1}, {0});
  auto workload = std::make_shared<Workload>(*job.workload);
  workload->items[0].line = 17;
  workload->items[0].question_id = "q-81";
  job.workload = workload;
  const v1::Prepare part = SliceParts(job).Next();
  EXPECT_EQ(part.conversations(0).line(), 17u);
  EXPECT_EQ(part.conversations(0).question_id(), "q-81");
}

TEST(SlicePartsTest, PartsAreFilledUpToTheirSize) {
  EXPECT_THAT(IndicesOfParts(SliceParts(Job({40, 40, 40, 40, 40}, {0, 1, 2, 3, 4}), 130)),
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
}

TEST(SlicePartsTest, OnlyTheAgentsRowsAreSent) {
  EXPECT_THAT(IndicesOfParts(SliceParts(Job({1, 1, 1, 1, 1}, {1, 4}))),
              ElementsAre(ElementsAre(1, 4)));
}

TEST(SlicePartsTest, ARowLargerThanAPartGoesAlone) {
  EXPECT_THAT(IndicesOfParts(SliceParts(Job({10, 5000, 10}, {0, 1, 2}), 100)),
              ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

TEST(SlicePartsTest, AnEmptySliceIsOneLastPart) {
  EXPECT_THAT(IndicesOfParts(SliceParts(Job({1}, {}))), ElementsAre(ElementsAre()));
}

TEST(SlicePartsTest, AConversationKeepsAllItHas) {
  PrepareAgent job = Job({}, {0});
  auto workload = std::make_shared<Workload>();
  WorkloadItem& item = workload->items.emplace_back();
  item.turns = {{{.role = "system", .content = "be brief", .raw_json = ""},
                 {.role = "user", .content = "", .raw_json = "{\"role\":\"user\"}"}},
                {{.role = "user", .content = "and then?", .raw_json = ""}}};
  item.max_tokens = 7;
  item.extra_json = "{\"top_k\":1}";
  job.workload = workload;
  const v1::Prepare part = SliceParts(job).Next();
  const v1::SliceConversation& row = part.conversations(0);
  ASSERT_EQ(row.turns_size(), 2);
  EXPECT_EQ(row.turns(0).messages(0).role(), "system");
  EXPECT_EQ(row.turns(0).messages(1).raw_json(), "{\"role\":\"user\"}");
  EXPECT_EQ(row.turns(1).messages(0).content(), "and then?");
  EXPECT_EQ(row.max_tokens(), 7u);
  EXPECT_EQ(row.extra_json(), "{\"top_k\":1}");
}

}  // namespace
}  // namespace specctl::controller
