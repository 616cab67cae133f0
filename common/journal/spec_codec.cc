#include "common/journal/spec_codec.h"

#include "common/journal/enum_codec.h"

namespace specctl {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void PairsToProto(const Pairs& pairs, google::protobuf::RepeatedPtrField<v1::Pair>* out) {
  for (const auto& [name, value] : pairs) {
    v1::Pair* pair = out->Add();
    pair->set_name(name);
    pair->set_value(value);
  }
}

Pairs PairsFromProto(const google::protobuf::RepeatedPtrField<v1::Pair>& pairs) {
  Pairs out;
  for (const v1::Pair& pair : pairs) out.emplace_back(pair.name(), pair.value());
  return out;
}

void LoadToProto(const LoadSpec& load, v1::LoadSpec* out) {
  out->set_bs(load.bs);
  out->set_agents(load.agents);
  out->set_ramp_ns(load.ramp.count());
  out->set_warmup_ns(load.warmup.count());
  if (load.duration) out->set_duration_ns(load.duration->count());
  if (load.requests_max) out->set_requests_max(*load.requests_max);
  if (load.conversations_max) out->set_conversations_max(*load.conversations_max);
  out->set_grace_ns(load.grace.count());
  out->set_failed_share_max(load.failed_share_max);
  out->set_seed(load.seed);
}

LoadSpec LoadFromProto(const v1::LoadSpec& load) {
  LoadSpec out;
  out.bs = load.bs();
  out.agents = load.agents();
  out.ramp = Nanos(load.ramp_ns());
  out.warmup = Nanos(load.warmup_ns());
  if (load.has_duration_ns()) out.duration = Nanos(load.duration_ns());
  if (load.has_requests_max()) out.requests_max = load.requests_max();
  if (load.has_conversations_max()) out.conversations_max = load.conversations_max();
  out.grace = Nanos(load.grace_ns());
  out.failed_share_max = load.failed_share_max();
  out.seed = load.seed();
  return out;
}

void RequestToProto(const RequestSpec& request, v1::RequestSpec* out) {
  out->set_endpoint(EnumToProto<v1::Endpoint>(request.endpoint));
  out->set_model(request.model);
  out->set_osl_tokens(request.osl_tokens);
  if (request.temperature) out->set_temperature(*request.temperature);
  out->set_ignore_eos(request.ignore_eos);
  out->set_extra_inputs_json(request.extra_inputs_json);
  PairsToProto(request.headers, out->mutable_headers());
  for (const std::string& name : request.withheld_headers) out->add_withheld_headers(name);
  for (const auto& [model, share] : request.model_mix) {
    v1::ModelShare* const to = out->add_model_mix();
    to->set_model(model);
    to->set_share(share);
  }
}

RequestSpec RequestFromProto(const v1::RequestSpec& request) {
  RequestSpec out;
  out.endpoint = EnumFromProto<Endpoint>(request.endpoint());
  out.model = request.model();
  out.osl_tokens = request.osl_tokens();
  if (request.has_temperature()) out.temperature = request.temperature();
  out.ignore_eos = request.ignore_eos();
  out.extra_inputs_json = request.extra_inputs_json();
  out.headers = PairsFromProto(request.headers());
  out.withheld_headers.assign(request.withheld_headers().begin(), request.withheld_headers().end());
  for (const v1::ModelShare& share : request.model_mix()) {
    out.model_mix.emplace_back(share.model(), share.share());
  }
  return out;
}

void DatasetToProto(const DatasetIdentity& dataset, v1::DatasetIdentity* out) {
  out->set_name(dataset.name);
  out->set_path(dataset.path);
  out->set_format(dataset.format);
  out->set_sha256(dataset.sha256);
  out->set_rows(dataset.rows);
  out->set_builtin(dataset.builtin);
}

DatasetIdentity DatasetFromProto(const v1::DatasetIdentity& dataset) {
  DatasetIdentity out;
  out.name = dataset.name();
  out.path = dataset.path();
  out.format = dataset.format();
  out.sha256 = dataset.sha256();
  out.rows = dataset.rows();
  out.builtin = dataset.builtin();
  return out;
}

void TargetToProto(const TargetSpec& target, v1::TargetSpec* out) {
  out->set_url(target.url);
  out->set_name(target.name);
  out->set_model(target.model);
  if (target.gpus) out->set_gpus(*target.gpus);
}

TargetSpec TargetFromProto(const v1::TargetSpec& target) {
  TargetSpec out = {.url = target.url(), .name = target.name(), .model = target.model()};
  if (target.has_gpus()) out.gpus = target.gpus();
  return out;
}

}  // namespace

v1::RunSpec ToProto(const RunSpec& spec) {
  v1::RunSpec out;
  out.set_run_id(spec.run_id);
  out.set_specctl_version(spec.specctl_version);
  LoadToProto(spec.load, out.mutable_load());
  RequestToProto(spec.request, out.mutable_request());
  out.set_connect_timeout_ns(spec.timeouts.connect.count());
  out.set_request_timeout_ns(spec.timeouts.request.count());
  out.set_idle_timeout_ns(spec.timeouts.idle.count());
  out.set_tls_ca_file(spec.tls.ca_file);
  out.set_tls_insecure(spec.tls.insecure);
  for (const TargetSpec& target : spec.targets) TargetToProto(target, out.add_targets());
  out.set_url_policy(EnumToProto<v1::UrlPolicy>(spec.url_policy));
  out.set_server_metrics(spec.server_metrics);
  for (const std::string& url : spec.metrics_urls) out.add_metrics_urls(url);
  out.set_metrics_urls_named(spec.metrics_urls_named);
  DatasetToProto(spec.dataset, out.mutable_dataset());
  PairsToProto(spec.tags, out.mutable_tags());
  if (spec.gpus) out.set_gpus(*spec.gpus);
  out.set_save_text(spec.save_text);
  out.set_agent_timeout_ns(spec.agent_timeout.count());
  out.set_user_stamps(spec.user_stamps);
  return out;
}

RunSpec FromProto(const v1::RunSpec& spec) {
  RunSpec out;
  out.run_id = spec.run_id();
  out.specctl_version = spec.specctl_version();
  out.load = LoadFromProto(spec.load());
  out.request = RequestFromProto(spec.request());
  out.timeouts = {Nanos(spec.connect_timeout_ns()), Nanos(spec.request_timeout_ns()),
                  Nanos(spec.idle_timeout_ns())};
  out.tls = {spec.tls_ca_file(), spec.tls_insecure()};
  for (const std::string& url : spec.target_urls()) out.targets.push_back({.url = url});
  for (const v1::TargetSpec& target : spec.targets()) {
    out.targets.push_back(TargetFromProto(target));
  }
  out.url_policy = EnumFromProto<UrlPolicy>(spec.url_policy());
  out.server_metrics = spec.server_metrics();
  out.metrics_urls.assign(spec.metrics_urls().begin(), spec.metrics_urls().end());
  out.metrics_urls_named = spec.metrics_urls_named();
  out.dataset = DatasetFromProto(spec.dataset());
  out.tags = PairsFromProto(spec.tags());
  if (spec.has_gpus()) out.gpus = spec.gpus();
  out.save_text = spec.save_text();
  out.agent_timeout = Nanos(spec.agent_timeout_ns());
  out.user_stamps = spec.user_stamps();
  return out;
}

}  // namespace specctl
