#include "common/session/prepare_codec.h"

#include <gtest/gtest.h>

#include "specctl/v1/session.pb.h"
#include "tests/unit/common/session/golden_bytes.h"

namespace specctl {
namespace {

PreparePart FullPart() {
  PreparePart part;
  part.run_id = "run-1";
  LoadJob& job = part.head.emplace();
  job.spec.run_id = "run-1";
  job.spec.load.shape = ClosedLoop{64};
  job.spec.tls.ca_pem = "pem";
  job.headers = {{"X-Secret", "s"}};
  job.targets = {{.url = "http://a:8000",
                  .dialect = R"({"fields":{}})",
                  .model = "lora",
                  .authorization = "Bearer key"}};
  job.slice.agent = 1;
  job.slice.agents = 3;
  job.slice.rows = 40;
  job.slice.slots = 21;
  job.slice.limits.positions_end = 40;
  job.slice.limits.last_position_turns = 1;
  Slice::Entry& entry = part.entries.emplace_back();
  entry.order_index = 4;
  entry.item.turns = {{{"system", "be brief", ""}, {"user", "", R"({"role":"user"})"}},
                      {{"user", "and then?", ""}}};
  entry.item.max_tokens = 7;
  entry.item.model = "own";
  entry.item.extra_json = R"({"top_k":1})";
  entry.item.question_id = "q-81";
  entry.item.line = 17;
  part.last = true;
  return part;
}

TEST(PrepareCodecTest, AJobComesBackWhole) {
  const PreparePart part = DecodePrepare(EncodePrepare(FullPart()));
  EXPECT_EQ(part.run_id, "run-1");
  EXPECT_TRUE(part.last);
  ASSERT_TRUE(part.head);
  const LoadJob& job = *part.head;
  EXPECT_EQ(job.spec.run_id, "run-1");
  EXPECT_EQ(job.spec.load.shape, LoadShape(ClosedLoop{64}));
  EXPECT_EQ(job.spec.tls.ca_pem, "pem");
  EXPECT_EQ(job.headers, FullPart().head->headers);
  ASSERT_EQ(job.targets.size(), 1u);
  EXPECT_EQ(job.targets[0].url, "http://a:8000");
  EXPECT_EQ(job.targets[0].dialect, R"({"fields":{}})");
  EXPECT_EQ(job.targets[0].model, "lora");
  EXPECT_EQ(job.targets[0].authorization, "Bearer key");
  EXPECT_EQ(job.slice.agent, 1u);
  EXPECT_EQ(job.slice.agents, 3u);
  EXPECT_EQ(job.slice.rows, 40u);
  EXPECT_EQ(job.slice.slots, 21u);
  EXPECT_EQ(job.slice.limits.positions_end, 40u);
  EXPECT_EQ(job.slice.limits.last_position_turns, 1u);
}

TEST(PrepareCodecTest, AConversationComesBackWhole) {
  const PreparePart part = DecodePrepare(EncodePrepare(FullPart()));
  ASSERT_EQ(part.entries.size(), 1u);
  const WorkloadItem& item = part.entries[0].item;
  EXPECT_EQ(part.entries[0].order_index, 4u);
  ASSERT_EQ(item.turns.size(), 2u);
  EXPECT_EQ(item.turns[0][0].role, "system");
  EXPECT_EQ(item.turns[0][0].content, "be brief");
  EXPECT_EQ(item.turns[0][1].raw_json, R"({"role":"user"})");
  EXPECT_EQ(item.turns[1][0].content, "and then?");
  EXPECT_EQ(item.max_tokens, 7u);
  EXPECT_EQ(item.model, "own");
  EXPECT_EQ(item.extra_json, R"({"top_k":1})");
  EXPECT_EQ(item.question_id, "q-81");
  EXPECT_EQ(item.line, 17u);
}

TEST(PrepareCodecTest, AbsentStaysAbsent) {
  PreparePart later;
  later.run_id = "run-1";
  later.entries.push_back({.order_index = 1, .item = {}});
  const PreparePart part = DecodePrepare(EncodePrepare(later));
  EXPECT_FALSE(part.head);
  EXPECT_FALSE(part.last);
  EXPECT_EQ(part.entries.at(0).item.max_tokens, std::nullopt);
  PreparePart first;
  first.head.emplace();
  const PreparePart bare = DecodePrepare(EncodePrepare(first));
  EXPECT_EQ(bare.head->slice.limits.positions_end, std::nullopt);
  EXPECT_EQ(bare.head->slice.limits.last_position_turns, std::nullopt);
}

TEST(PrepareCodecTest, BytesOnTheWire) {
  PreparePart part = FullPart();
  part.head->spec = RunSpec{};  // its bytes are common/journal's
  v1::Prepare encoded = EncodePrepare(part);
  encoded.mutable_head()->clear_spec();
  EXPECT_EQ(
      HexOf(encoded),
      "0a0572756e2d31124d120d0a08582d5365637265741201731a300a0d687474703a2f2f613a383030303a04"
      "6c6f7261420a426561726572206b65794a0d7b226669656c6473223a7b7d7d2001280330283815402848011a"
      "620804122d0a120a0673797374656d120862652062726965660a170a04757365721a0f7b22726f6c65223a"
      "2275736572227d12130a110a04757365721209616e64207468656e3f1807220b7b22746f705f6b223a317d"
      "28113204712d38313a036f776e2001");
}

}  // namespace
}  // namespace specctl
