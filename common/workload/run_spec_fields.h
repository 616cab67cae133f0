// The fields of a RunSpec, each named once: the Protocol Buffer (common/journal/spec_codec) and
// run.json's `spec` (common/report/run_json) are written and read from this table.
//
// A new field: a line in proto/specctl/v1/run.proto, a member in run_spec.h, a line here, and one
// in docs/artifacts.md.  A test fails where one of the first three lacks it.
#pragma once

#include "common/workload/run_spec.h"
#include "common/workload/spec_field.h"

namespace specctl {

// VisitFields(spec, visit) calls visit(SpecField, member) for each field, in run.json's order.
// visit.Group(key, visit_members) takes those that run.json has in an object of their own, and that
// are stored beside the others; visit.OneOf(variant, fields...) a variant, of which the field of
// the alternative that it holds is there.  Members are const where the spec is.

template <SpecOf<OpenLoop> Spec, class Visitor>
void VisitFields(Spec& loop, Visitor&& visit) {
  visit(SpecField{"request_rate_per_s"}, loop.rate_per_s);
  visit(SpecField{"arrival"}, loop.process);
  visit(SpecField{"in_flight_max"}, loop.in_flight_max);
  visit(SpecField{"think_time_ns"}, loop.think_time);
}

template <SpecOf<PrecisionGoal> Spec, class Visitor>
void VisitFields(Spec& goal, Visitor&& visit) {
  visit(SpecField{"figure"}, goal.figure);
  visit(SpecField{"statistic"}, goal.statistic);
  visit(SpecField{"half_width_share"}, goal.half_width_share);
}

template <SpecOf<LoadSpec> Spec, class Visitor>
void VisitFields(Spec& load, Visitor&& visit) {
  visit.OneOf(load.shape, AlternativeField<ClosedLoop>{"bs"},
              AlternativeField<OpenLoop>{"open_loop"});
  visit(SpecField{"agents"}, load.agents);
  visit(SpecField{"ramp_ns"}, load.ramp);
  visit(SpecField{"warmup_ns"}, load.warmup);
  visit(SpecField{"duration_ns"}, load.duration);
  visit(SpecField{"requests_max"}, load.requests_max);
  visit(SpecField{"conversations_max"}, load.conversations_max);
  visit(SpecField{"until"}, load.until);
  visit(SpecField{"grace_ns"}, load.grace);
  visit(SpecField{"failed_share_max"}, load.failed_share_max);
  visit(SpecField{"degrades_on_agent_loss", "on_agent_loss", "fail", "degrade"},
        load.degrades_on_agent_loss);
  visit(SpecField{"seed"}, load.seed);
}

template <SpecOf<RequestSpec> Spec, class Visitor>
void VisitFields(Spec& request, Visitor&& visit) {
  visit(SpecField{"endpoint"}, request.endpoint);
  visit(SpecField{"model"}, request.model);
  visit(SpecField{"osl_tokens"}, request.osl_tokens);
  visit(SpecField{"temperature"}, request.temperature);
  visit(SpecField{"ignore_eos"}, request.ignore_eos);
  visit(SpecField{"reasoning_effort"}, request.reasoning_effort);
  visit(SpecField{"keep_reasoning"}, request.keep_reasoning);
  visit(SpecField{"reply_ids"}, request.reply_ids);
  visit(SpecField{"reply_end_ids"}, request.reply_end_ids);
  visit(SpecField{"cache_salt"}, request.cache_salt);
  visit(SpecField{"extra_inputs_json"}, request.extra_inputs_json);
  visit(SpecField{"model_mix"}, request.model_mix);
  visit(SpecField{"headers"}, request.headers);
  visit(SpecField{"withheld_headers"}, request.withheld_headers);
}

template <SpecOf<DatasetIdentity> Spec, class Visitor>
void VisitFields(Spec& dataset, Visitor&& visit) {
  visit(SpecField{"name", SpecField::kApart}, dataset.name);
  visit(SpecField{"path"}, dataset.path);
  visit(SpecField{"format"}, dataset.format);
  visit(SpecField{"sha256"}, dataset.sha256);
  visit(SpecField{"rows"}, dataset.rows);
  visit(SpecField{"builtin", SpecField::kApart}, dataset.builtin);
  visit(SpecField{"synthetic_text"}, dataset.synthetic_text);
  visit(SpecField{"revision"}, dataset.revision);
  visit(SpecField{"resolver_sha256"}, dataset.resolver_sha256);
  visit(SpecField{"tokenizer"}, dataset.tokenizer);
  visit(SpecField{"tokenizer_sha256"}, dataset.tokenizer_sha256);
  visit(SpecField{"chat_template_sha256"}, dataset.chat_template_sha256);
}

template <SpecOf<TargetSpec> Spec, class Visitor>
void VisitFields(Spec& target, Visitor&& visit) {
  visit(SpecField{"url"}, target.url);
  visit(SpecField{"name"}, target.name);
  visit(SpecField{"model"}, target.model);
  visit(SpecField{"gpus"}, target.gpus);
}

template <SpecOf<RunSpec> Spec, class Visitor>
void VisitFields(Spec& spec, Visitor&& visit) {
  visit(SpecField{"run_id", SpecField::kApart}, spec.run_id);
  visit(SpecField{"specctl_version", SpecField::kApart}, spec.specctl_version);
  visit(SpecField{"dataset", SpecField::kApart}, spec.dataset);
  visit(SpecField{"tags", SpecField::kApart}, spec.tags);
  visit(SpecField{"load"}, spec.load);
  visit(SpecField{"request"}, spec.request);
  visit(SpecField{"targets", "target_urls"}, spec.targets);
  visit(SpecField{"url_policy"}, spec.url_policy);
  visit(SpecField{"user_stamps", "receive_stamps", "kernel", "user"}, spec.user_stamps);
  visit(SpecField{"server_metrics"}, spec.server_metrics);
  visit(SpecField{"metrics_urls"}, spec.metrics_urls);
  visit(SpecField{"metrics_urls_named"}, spec.metrics_urls_named);
  visit(SpecField{"trtllm_iteration_stats"}, spec.trtllm_iteration_stats);
  visit(SpecField{"sglang_metrics_dir"}, spec.sglang_metrics_dir);
  visit.Group("timeouts", [&] {
    visit(SpecField{"connect_timeout_ns", "connect_s"}, spec.timeouts.connect);
    visit(SpecField{"request_timeout_ns", "request_s"}, spec.timeouts.request);
    visit(SpecField{"idle_timeout_ns", "idle_s"}, spec.timeouts.idle);
    visit(SpecField{"agent_timeout_ns", "agent_s"}, spec.agent_timeout);
  });
  visit.Group("tls", [&] {
    visit(SpecField{"tls_ca_file", "ca_file"}, spec.tls.ca_file);
    visit(SpecField{"tls_insecure", "insecure"}, spec.tls.insecure);
  });
  visit(SpecField{"gpus"}, spec.gpus);
  visit(SpecField{"save_text"}, spec.save_text);
  visit(SpecField{"engine"}, spec.engine);
  visit(SpecField{"flush_cache"}, spec.flush_cache);
  visit(SpecField{"slice_by_header"}, spec.slice_by_header);
  visit(SpecField{"prefix_groups"}, spec.shared_prefix.groups);
  visit(SpecField{"prefix_tokens"}, spec.shared_prefix.tokens);
  visit(SpecField{"goodput"}, spec.goodput);
  visit(SpecField{"resolve_all", "resolve", "first", "all"}, spec.resolve_all);
}

template <class T>
concept HasSpecFields = SpecOf<T, OpenLoop> || SpecOf<T, PrecisionGoal> || SpecOf<T, LoadSpec> ||
    SpecOf<T, RequestSpec> || SpecOf<T, DatasetIdentity> || SpecOf<T, TargetSpec> ||
    SpecOf<T, RunSpec>;

}  // namespace specctl
