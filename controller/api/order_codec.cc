#include "controller/api/order_codec.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/base/gzip.h"
#include "common/journal/enum_check.h"
#include "common/journal/spec_codec.h"
#include "controller/api/dataset_codec.h"
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

v1::RunOrder EncodeAsked(const MeasureRequest& request) {
  v1::RunOrder out;
  *out.mutable_spec() = SpecToProto(request.spec);
  out.set_tls_ca_pem(request.spec.tls.ca_pem);
  if (request.agents) out.set_agents(*request.agents);
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

absl::StatusOr<MeasureRequest> DecodeAsked(const v1::RunOrder& order) {
  if (auto known = CheckEnums(order); !known.ok()) return known;
  MeasureRequest out;
  out.spec = SpecFromProto(order.spec());
  if (ExpectationOf(out.spec.load.shape).slots == 0 ||
      (order.has_agents() && order.agents() == 0)) {
    return absl::InvalidArgumentError("order: need at least one agent, and one slot");
  }
  out.spec.tls.ca_pem = order.tls_ca_pem();
  if (order.has_agents()) out.agents = order.agents();
  if (order.has_prompts_before()) out.prompts_before = DecodeIdentity(order.prompts_before());
  if (order.has_osl_tokens()) out.osl_tokens = order.osl_tokens();
  out.temperature_given = order.temperature_given();
  out.named_metrics_urls = DecodeTexts(order.named_metrics_urls());
  out.wait_ready = Nanos(order.wait_ready_ns());
  out.notes = DecodeTexts(order.notes());
  out.api_key_variable = order.api_key_variable();
  return out;
}

v1::RunOrder EncodeOrder(const MeasureRequest& request) {
  v1::RunOrder out = EncodeAsked(request);
  if (const auto* named = std::get_if<DatasetRequest>(&request.prompts)) {
    *out.mutable_named() = EncodeNamed(*named);
  } else {
    *out.mutable_uploaded() = EncodeUploaded(std::get<Dataset>(request.prompts));
  }
  return out;
}

absl::StatusOr<MeasureRequest> DecodeOrder(v1::RunOrder order) {
  auto out = DecodeAsked(order);
  if (!out.ok()) return out;
  if (order.has_named()) {
    out->prompts = DecodeNamed(order.named());
    return out;
  }
  auto uploaded = DecodeUploaded(*order.mutable_uploaded());
  if (!uploaded.ok()) return uploaded.status();
  out->prompts = *std::move(uploaded);
  return out;
}

absl::StatusOr<MeasureRequest> UnpackOrder(std::string_view order_gzip) {
  v1::RunOrder order;
  if (auto unpacked = UnpackMessage(order_gzip, order); !unpacked.ok()) return unpacked;
  return DecodeOrder(std::move(order));
}

absl::Status UnpackMessage(std::string_view order_gzip, google::protobuf::Message& order) {
  auto bytes = Gunzip(order_gzip, kOrderBytesMax);
  if (!bytes.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("order: %s", std::string(bytes.status().message())));
  }
  if (order.ParseFromString(*bytes)) return absl::OkStatus();
  return absl::InvalidArgumentError("order: it can't be read as one");
}

}  // namespace specctl::controller
