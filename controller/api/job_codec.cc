#include "controller/api/job_codec.h"

#include "common/journal/enum_check.h"
#include "common/journal/enum_codec.h"

namespace specctl::controller {

v1::Job EncodeJob(const Job& job) {
  v1::Job out;
  out.set_id(job.id);
  out.set_kind(EnumToProto<v1::JobKind>(job.kind));
  out.set_state(EnumToProto<v1::JobState>(job.state));
  out.set_created_unix_ns(job.created_unix_ns);
  out.set_begun_unix_ns(job.begun_unix_ns);
  out.set_ended_unix_ns(job.ended_unix_ns);
  out.set_command(job.command);
  out.set_submitter(job.submitter);
  out.set_specctl_version(job.specctl_version);
  out.set_order_sha256(job.order_sha256);
  out.set_has_secrets(job.has_secrets);
  out.set_wait_agents_ns(job.wait_agents.count());
  out.set_error_code(static_cast<int>(job.error.code()));
  out.set_error(std::string(job.error.message()));
  if (job.end) out.set_end(EnumToProto<v1::RunEnd>(*job.end));
  out.set_end_reason(job.end_reason);
  out.set_progress(job.progress);
  out.set_jobs_before(job.jobs_before);
  return out;
}

absl::StatusOr<Job> DecodeJob(const v1::Job& from) {
  if (auto known = CheckEnums(from); !known.ok()) return known;
  if (auto checked = CheckJobId(from.id()); !checked.ok()) return checked;
  Job job;
  job.id = from.id();
  job.kind = EnumFromProto<JobKind>(from.kind());
  job.state = EnumFromProto<JobState>(from.state());
  job.created_unix_ns = from.created_unix_ns();
  job.begun_unix_ns = from.begun_unix_ns();
  job.ended_unix_ns = from.ended_unix_ns();
  job.command = from.command();
  job.submitter = from.submitter();
  job.specctl_version = from.specctl_version();
  job.order_sha256 = from.order_sha256();
  job.has_secrets = from.has_secrets();
  job.wait_agents = Nanos(from.wait_agents_ns());
  if (from.error_code() != 0) {
    job.error = absl::Status(static_cast<absl::StatusCode>(from.error_code()), from.error());
  }
  if (from.end() != v1::RUN_END_UNSPECIFIED) job.end = EnumFromProto<RunEnd>(from.end());
  job.end_reason = from.end_reason();
  job.progress = from.progress();
  job.jobs_before = from.jobs_before();
  return job;
}

}  // namespace specctl::controller
