#include "controller/api/order_codec.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/base/gzip.h"
#include "common/dataset/dataset_locator.h"
#include "common/journal/enum_check.h"
#include "common/journal/enum_codec.h"
#include "common/journal/spec_codec.h"
#include "common/session/turn_codec.h"
#include "controller/api/order_limits.h"

namespace specctl::controller {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using WirePairs = google::protobuf::RepeatedPtrField<v1::Pair>;
using WireTexts = google::protobuf::RepeatedPtrField<std::string>;

void EncodePairs(const Pairs& pairs, WirePairs& out) {
  for (const auto& [name, value] : pairs) {
    v1::Pair* pair = out.Add();
    pair->set_name(name);
    pair->set_value(value);
  }
}

Pairs DecodePairs(const WirePairs& pairs) {
  Pairs out;
  for (const v1::Pair& pair : pairs) out.emplace_back(pair.name(), pair.value());
  return out;
}

void EncodeTexts(const std::vector<std::string>& texts, WireTexts& out) {
  out.Add(texts.begin(), texts.end());
}

std::vector<std::string> DecodeTexts(const WireTexts& texts) {
  return {texts.begin(), texts.end()};
}

// --- prompts ------------------------------------------------------------------------------------

// The identity's own codec is the spec's.
v1::DatasetIdentity EncodeIdentity(const DatasetIdentity& identity) {
  RunSpec spec;
  spec.dataset = identity;
  return SpecToProto(spec).dataset();
}

DatasetIdentity DecodeIdentity(const v1::DatasetIdentity& identity) {
  v1::RunSpec spec;
  *spec.mutable_dataset() = identity;
  return SpecFromProto(spec).dataset;
}

v1::DatasetConversation EncodeConversation(const Conversation& from) {
  v1::DatasetConversation out;
  out.set_question_id(from.question_id);
  out.set_category(from.category);
  out.set_sub_category(from.sub_category);
  out.set_difficulty(from.difficulty);
  out.set_tier(from.tier);
  EncodeTurns(from.turns, *out.mutable_turns());
  if (from.max_tokens) out.set_max_tokens(*from.max_tokens);
  out.set_model(from.model);
  out.set_extra_json(from.extra_json);
  out.set_line(from.line);
  return out;
}

Conversation DecodeConversation(v1::DatasetConversation& from) {
  Conversation out;
  out.question_id = from.question_id();
  out.category = from.category();
  out.sub_category = from.sub_category();
  out.difficulty = from.difficulty();
  out.tier = from.tier();
  out.turns = DecodeTurns(*from.mutable_turns());
  if (from.has_max_tokens()) out.max_tokens = from.max_tokens();
  out.model = from.model();
  out.extra_json = from.extra_json();
  out.line = from.line();
  return out;
}

void EncodeUploaded(const Dataset& dataset, v1::UploadedDataset& out) {
  *out.mutable_identity() = EncodeIdentity(dataset.identity);
  out.set_family(EnumToProto<v1::DatasetFamily>(dataset.family));
  for (const Conversation& conversation : dataset.conversations) {
    *out.add_conversations() = EncodeConversation(conversation);
  }
  EncodeTexts(dataset.notes, *out.mutable_notes());
  out.mutable_reply_end_ids()->Add(dataset.reply_end_ids.begin(), dataset.reply_end_ids.end());
}

absl::StatusOr<Dataset> DecodeUploaded(v1::UploadedDataset& from) {
  Dataset out;
  out.identity = DecodeIdentity(from.identity());
  out.family = EnumFromProto<DatasetFamily>(from.family());
  out.reply_end_ids.assign(from.reply_end_ids().begin(), from.reply_end_ids().end());
  for (v1::DatasetConversation& conversation : *from.mutable_conversations()) {
    out.conversations.push_back(DecodeConversation(conversation));
    const Turns& turns = out.conversations.back().turns;
    const bool whole =
        !turns.empty() &&
        std::none_of(turns.begin(), turns.end(), [](const auto& turn) { return turn.empty(); });
    if (!whole) return absl::InvalidArgumentError("order: a conversation without a message");
  }
  if (out.conversations.empty()) return absl::InvalidArgumentError("order: it has no prompts");
  out.notes = DecodeTexts(from.notes());
  return out;
}

void EncodeNamed(const DatasetRequest& request, v1::NamedDataset& out) {
  out.set_dataset(request.dataset);
  out.set_file(request.file);
  if (request.form) out.set_form(EnumToProto<v1::RowForm>(*request.form));
  out.set_builtin_seed(request.builtin_seed);
}

DatasetRequest DecodeNamed(const v1::NamedDataset& from) {
  DatasetRequest out;
  out.dataset = from.dataset();
  out.file = from.file();
  if (from.form() != v1::ROW_FORM_UNSPECIFIED) out.form = EnumFromProto<RowForm>(from.form());
  out.search_dirs = DatasetSearchDirs("");
  out.builtin_seed = from.builtin_seed();
  return out;
}

}  // namespace

// --- secrets ------------------------------------------------------------------------------------

bool OrderSecrets::empty() const {
  const auto has_text = [](const std::string& text) { return !text.empty(); };
  const auto& logins = secrets.basic_authorizations;
  const auto& metrics = secrets.metrics_authorizations;
  return secrets.api_key.empty() && secrets.headers.empty() && metrics_headers.empty() &&
         std::none_of(logins.begin(), logins.end(), has_text) &&
         std::none_of(metrics.begin(), metrics.end(), has_text);
}

v1::OrderSecrets EncodeOrderSecrets(const OrderSecrets& secrets) {
  v1::OrderSecrets out;
  out.set_api_key(secrets.secrets.api_key);
  EncodePairs(secrets.secrets.headers, *out.mutable_headers());
  EncodeTexts(secrets.secrets.basic_authorizations, *out.mutable_basic_authorizations());
  EncodeTexts(secrets.secrets.metrics_authorizations, *out.mutable_metrics_authorizations());
  EncodePairs(secrets.metrics_headers, *out.mutable_metrics_headers());
  return out;
}

OrderSecrets DecodeOrderSecrets(const v1::OrderSecrets& from) {
  OrderSecrets out;
  out.secrets.api_key = from.api_key();
  out.secrets.headers = DecodePairs(from.headers());
  out.secrets.basic_authorizations = DecodeTexts(from.basic_authorizations());
  out.secrets.metrics_authorizations = DecodeTexts(from.metrics_authorizations());
  out.metrics_headers = DecodePairs(from.metrics_headers());
  return out;
}

OrderSecrets SecretsOf(const MeasureRequest& request) {
  return {.secrets = request.secrets, .metrics_headers = request.metrics_headers};
}

void PutSecrets(OrderSecrets secrets, MeasureRequest& request) {
  request.secrets = std::move(secrets.secrets);
  request.metrics_headers = std::move(secrets.metrics_headers);
}

// --- the order ----------------------------------------------------------------------------------

v1::RunOrder EncodeOrder(const MeasureRequest& request) {
  v1::RunOrder out;
  *out.mutable_spec() = SpecToProto(request.spec);
  out.set_tls_ca_pem(request.spec.tls.ca_pem);
  if (request.agents) out.set_agents(*request.agents);
  if (const auto* named = std::get_if<DatasetRequest>(&request.prompts)) {
    EncodeNamed(*named, *out.mutable_named());
  } else {
    EncodeUploaded(std::get<Dataset>(request.prompts), *out.mutable_uploaded());
  }
  if (request.prompts_before) {
    *out.mutable_prompts_before() = EncodeIdentity(*request.prompts_before);
  }
  if (request.osl_tokens) out.set_osl_tokens(*request.osl_tokens);
  out.set_temperature_given(request.temperature_given);
  EncodeTexts(request.named_metrics_urls, *out.mutable_named_metrics_urls());
  out.set_wait_ready_ns(request.wait_ready.count());
  EncodeTexts(request.notes, *out.mutable_notes());
  out.set_api_key_variable(request.api_key_variable);
  return out;
}

absl::StatusOr<MeasureRequest> DecodeOrder(v1::RunOrder order) {
  if (auto known = CheckEnums(order); !known.ok()) return known;
  MeasureRequest out;
  out.spec = SpecFromProto(order.spec());
  if (ExpectationOf(out.spec.load.shape).slots == 0 ||
      (order.has_agents() && order.agents() == 0)) {
    return absl::InvalidArgumentError("order: need at least one agent, and one slot");
  }
  out.spec.tls.ca_pem = order.tls_ca_pem();
  if (order.has_agents()) out.agents = order.agents();
  if (order.has_named()) {
    out.prompts = DecodeNamed(order.named());
  } else {
    auto uploaded = DecodeUploaded(*order.mutable_uploaded());
    if (!uploaded.ok()) return uploaded.status();
    out.prompts = *std::move(uploaded);
  }
  if (order.has_prompts_before()) out.prompts_before = DecodeIdentity(order.prompts_before());
  if (order.has_osl_tokens()) out.osl_tokens = order.osl_tokens();
  out.temperature_given = order.temperature_given();
  out.named_metrics_urls = DecodeTexts(order.named_metrics_urls());
  out.wait_ready = Nanos(order.wait_ready_ns());
  out.notes = DecodeTexts(order.notes());
  out.api_key_variable = order.api_key_variable();
  return out;
}

absl::StatusOr<MeasureRequest> UnpackOrder(std::string_view order_gzip) {
  auto bytes = Gunzip(order_gzip, kOrderBytesMax);
  if (!bytes.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("order: %s", std::string(bytes.status().message())));
  }
  v1::RunOrder order;
  if (!order.ParseFromString(*bytes)) {
    return absl::InvalidArgumentError("order: it can't be read as one");
  }
  return DecodeOrder(std::move(order));
}

}  // namespace specctl::controller
