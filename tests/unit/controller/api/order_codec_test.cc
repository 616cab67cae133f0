#include "controller/api/order_codec.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "common/dataset/dataset_locator.h"
#include "tests/unit/common/journal/filled_message.h"

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

std::string OrderDifference(const google::protobuf::Message& a,
                            const google::protobuf::Message& b) {
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  differencer.Compare(a, b);
  return difference;
}

// Every field of the schema, with the prompts that were filled last: uploaded ones.
v1::RunOrder FilledOrder() {
  v1::RunOrder order;
  uint32_t next = 0;
  specctl::testing::Fill(order, next);
  specctl::testing::Fill(order, next);  // each repeated field twice
  specctl::testing::Fill(*order.mutable_uploaded(), next);
  order.mutable_spec()->clear_target_urls();
  return order;
}

OrderSecrets FullSecrets() {
  OrderSecrets secrets;
  secrets.secrets.api_key = "secret-key";
  secrets.secrets.headers = {{"X-A", "secret-header"}, {"X-B", ""}};
  secrets.secrets.basic_authorizations = {"", "secret-login"};
  secrets.secrets.metrics_authorizations = {"secret-metrics-login", ""};
  secrets.metrics_headers = {{"X-M", "secret-metrics-header"}};
  return secrets;
}

MeasureRequest OneQuestion() {
  MeasureRequest request;
  Dataset rows;
  rows.conversations = {{.question_id = "q", .turns = {{{"user", "hello"}}}}};
  request.prompts = rows;
  return request;
}

TEST(OrderCodecTest, EveryFieldOfAnOrderWithItsRowsSurvives) {
  const v1::RunOrder order = FilledOrder();
  ASSERT_EQ(order.uploaded().conversations_size(), 2);
  const auto request = DecodeOrder(order);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(OrderDifference(order, EncodeOrder(*request)), "");
}

TEST(OrderCodecTest, EveryFieldOfANamedDatasetSurvives) {
  v1::RunOrder order = FilledOrder();
  uint32_t next = 1'000;
  specctl::testing::Fill(*order.mutable_named(), next);
  const auto request = DecodeOrder(order);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(OrderDifference(order, EncodeOrder(*request)), "");
  EXPECT_EQ(std::get<DatasetRequest>(request->prompts).search_dirs, DatasetSearchDirs(""))
      << "those of this process, which are on no wire";
}

TEST(OrderCodecTest, RowsComeBackAsTheyWere) {
  MeasureRequest request;
  request.agents = 3;
  request.spec.run_id = "run-1";
  request.spec.tls = {.ca_file = "/etc/ca.pem", .ca_pem = "what it holds"};
  request.temperature_given = true;
  Dataset rows;
  rows.identity = {.name = "mine.jsonl", .sha256 = "abc", .rows = 2};
  rows.family = DatasetFamily::kFile;
  rows.notes = {"a note"};
  rows.conversations = {
      {.question_id = "q1",
       .category = "coding",
       .sub_category = "c++",
       .difficulty = "hard",
       .tier = "mixed",
       .turns = {{{"system", "be brief"}, {"user", "why?"}},
                 {{"user", "", "{\"role\": \"tool\"}"}}},
       .max_tokens = 0,
       .model = "m",
       .extra_json = "{\"top_k\": 1}",
       .line = 7},
      {.question_id = "q2", .turns = {{{.role = "user", .token_ids = {1, 0, 4'000'000'000}}}}}};
  request.prompts = rows;
  const auto again = DecodeOrder(EncodeOrder(request));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->agents, 3u);
  EXPECT_EQ(again->spec.run_id, "run-1");
  EXPECT_EQ(again->spec.tls.ca_pem, "what it holds");
  EXPECT_TRUE(again->temperature_given);
  EXPECT_FALSE(again->prompts_before);
  EXPECT_FALSE(again->osl_tokens);
  const Dataset& read = std::get<Dataset>(again->prompts);
  EXPECT_EQ(read.identity.rows, 2u);
  EXPECT_EQ(read.family, DatasetFamily::kFile);
  EXPECT_THAT(read.notes, ElementsAre("a note"));
  ASSERT_EQ(read.conversations.size(), 2u);
  const Conversation& first = read.conversations[0];
  EXPECT_EQ(first.question_id, "q1");
  EXPECT_EQ(first.sub_category, "c++");
  EXPECT_EQ(first.difficulty, "hard");
  EXPECT_EQ(first.tier, "mixed");
  EXPECT_EQ(first.max_tokens, 0u) << "zero is not absent";
  EXPECT_EQ(first.line, 7u);
  ASSERT_EQ(first.turns.size(), 2u);
  EXPECT_EQ(first.turns[0].at(1).content, "why?");
  EXPECT_EQ(first.turns[1].at(0).raw_json, "{\"role\": \"tool\"}");
  EXPECT_FALSE(read.conversations[1].max_tokens);
  EXPECT_THAT(read.conversations[1].turns[0].at(0).token_ids, ElementsAre(1, 0, 4'000'000'000));
}

TEST(OrderCodecTest, AFormThatWasNotGivenIsStillDetected) {
  MeasureRequest request;
  request.prompts = DatasetRequest{.dataset = "rows.jsonl"};
  auto again = DecodeOrder(EncodeOrder(request));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(std::get<DatasetRequest>(again->prompts).form);
  request.prompts = DatasetRequest{.dataset = "rows.jsonl", .form = RowForm::kSpeedBenchMessages};
  again = DecodeOrder(EncodeOrder(request));
  EXPECT_EQ(std::get<DatasetRequest>(again->prompts).form, RowForm::kSpeedBenchMessages);
}

TEST(OrderCodecTest, NoSecretIsInAnOrder) {
  MeasureRequest request = OneQuestion();
  request.api_key_variable = "OPENAI_API_KEY";
  PutSecrets(FullSecrets(), request);
  const std::string bytes = EncodeOrder(request).SerializeAsString();
  EXPECT_THAT(bytes, HasSubstr("OPENAI_API_KEY")) << "where it was is none";
  EXPECT_THAT(bytes, Not(HasSubstr("secret")));
  const auto again = DecodeOrder(EncodeOrder(request));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(SecretsOf(*again).empty());
}

TEST(OrderCodecTest, SecretsComeBackApart) {
  MeasureRequest request = OneQuestion();
  PutSecrets(DecodeOrderSecrets(EncodeOrderSecrets(FullSecrets())), request);
  EXPECT_EQ(request.secrets.api_key, "secret-key");
  EXPECT_THAT(request.secrets.headers, ElementsAre(Pair("X-A", "secret-header"), Pair("X-B", "")));
  EXPECT_THAT(request.secrets.basic_authorizations, ElementsAre("", "secret-login"));
  EXPECT_THAT(request.secrets.metrics_authorizations, ElementsAre("secret-metrics-login", ""));
  EXPECT_THAT(request.metrics_headers, ElementsAre(Pair("X-M", "secret-metrics-header")));
  v1::OrderSecrets filled;
  uint32_t next = 0;
  specctl::testing::Fill(filled, next);
  EXPECT_EQ(OrderDifference(filled, EncodeOrderSecrets(DecodeOrderSecrets(filled))), "");
  EXPECT_EQ(
      OrderDifference(EncodeOrderSecrets(SecretsOf(request)), EncodeOrderSecrets(FullSecrets())),
      "");
}

TEST(OrderCodecTest, EachSecretCountsAndEmptyTextsDoNot) {
  EXPECT_TRUE(OrderSecrets().empty());
  OrderSecrets no_logins;
  no_logins.secrets.basic_authorizations = {"", ""};
  no_logins.secrets.metrics_authorizations = {""};
  EXPECT_TRUE(no_logins.empty());
  const OrderSecrets full = FullSecrets();
  for (int only = 0; only < 5; ++only) {
    OrderSecrets one;
    if (only == 0) one.secrets.api_key = full.secrets.api_key;
    if (only == 1) one.secrets.headers = full.secrets.headers;
    if (only == 2) one.secrets.basic_authorizations = full.secrets.basic_authorizations;
    if (only == 3) one.secrets.metrics_authorizations = full.secrets.metrics_authorizations;
    if (only == 4) one.metrics_headers = full.metrics_headers;
    EXPECT_FALSE(one.empty()) << only;
  }
}

TEST(OrderCodecTest, AnOrderWithoutPromptsIsRefused) {
  EXPECT_EQ(DecodeOrder(v1::RunOrder()).status(),
            absl::InvalidArgumentError("order: it has no prompts"));
  v1::RunOrder order = EncodeOrder(OneQuestion());
  order.mutable_uploaded()->clear_conversations();
  EXPECT_EQ(DecodeOrder(order).status(), absl::InvalidArgumentError("order: it has no prompts"));
}

TEST(OrderCodecTest, AConversationWithoutAMessageIsRefused) {
  const absl::Status refusal =
      absl::InvalidArgumentError("order: a conversation without a message");
  v1::RunOrder order = EncodeOrder(OneQuestion());
  ASSERT_TRUE(DecodeOrder(order).ok());
  order.mutable_uploaded()->add_conversations();
  EXPECT_EQ(DecodeOrder(order).status(), refusal) << "no turn";
  order = EncodeOrder(OneQuestion());
  order.mutable_uploaded()->mutable_conversations(0)->add_turns();
  EXPECT_EQ(DecodeOrder(order).status(), refusal) << "a turn of nothing, behind a whole one";
}

TEST(OrderCodecTest, AnEnumerationValueOfAnotherVersionIsRefused) {
  v1::RunOrder order = EncodeOrder(OneQuestion());
  order.mutable_uploaded()->set_family(static_cast<v1::DatasetFamily>(77));
  absl::Status status = DecodeOrder(order).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("uploaded.family: got 77"));
  order = EncodeOrder(OneQuestion());
  order.mutable_named()->set_form(static_cast<v1::RowForm>(78));
  status = DecodeOrder(order).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("named.form: got 78"));
}

}  // namespace
}  // namespace specctl::controller
