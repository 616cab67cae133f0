#include "tools/specctl/job_lists.h"

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/base/printable.h"

namespace specctl::cli {
namespace {

using controller::FleetMember;
using controller::Job;

// "12 s", "5 min", "3 h", "2 d".
std::string AgeText(int64_t ns) {
  const int64_t s = std::max<int64_t>(ns, 0) / 1'000'000'000;
  if (s < 120) return absl::StrFormat("%d s", s);
  if (s < 120 * 60) return absl::StrFormat("%d min", s / 60);
  if (s < 48 * 3600) return absl::StrFormat("%d h", s / 3600);
  return absl::StrFormat("%d d", s / 86'400);
}

std::string TookText(const Job& job, UnixTime now) {
  if (job.begun_unix_ns == 0) return "-";
  const int64_t end = job.ended_unix_ns != 0 ? job.ended_unix_ns : now.time_since_epoch().count();
  return AgeText(end - job.begun_unix_ns);
}

// What a user would ask next.
std::string AboutJob(const Job& job) {
  if (!job.error.ok()) return std::string(job.error.message());
  if (!job.end_reason.empty()) return job.end_reason;
  return job.progress.empty() ? job.command : job.progress;
}

void TimeField(JsonWriter& json, std::string_view key, int64_t unix_ns) {
  if (unix_ns != 0) json.Field(key, unix_ns);
}

}  // namespace

std::string JobTable(const std::vector<Job>& jobs, UnixTime now) {
  if (jobs.empty()) return "no runs or sweeps\n";
  std::string text =
      absl::StrFormat("%-6s %-22s %-12s %8s %8s  %s\n", "", "id", "state", "age", "took", "");
  for (const Job& job : jobs) {
    absl::StrAppendFormat(&text, "%-6s %-22s %-12s %8s %8s  %s\n", NameOf(job.kind), job.id,
                          NameOf(job.state),
                          AgeText(now.time_since_epoch().count() - job.created_unix_ns),
                          TookText(job, now), Printable(AboutJob(job)));
  }
  return text;
}

std::string AgentTable(const std::vector<FleetMember>& members) {
  if (members.empty()) {
    return "no agents are attached; to start some: specctl agent --controller HOST:PORT --count "
           "N\n";
  }
  std::string text =
      absl::StrFormat("%-32s %-24s %6s %6s  %s\n", "agent", "host", "cores", "files", "state");
  for (const FleetMember& member : members) {
    const char* state = !member.connected ? "away" : member.in_run ? "in a run" : "idle";
    absl::StrAppendFormat(&text, "%-32s %-24s %6d %6d  %s\n", Printable(member.name),
                          Printable(member.host.hostname), member.host.cores, member.host.files_max,
                          state);
  }
  return text;
}

std::string JobsJson(const std::vector<Job>& jobs) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginArray();
  for (const Job& job : jobs) {
    json.BeginObject();
    json.Field("id", job.id);
    json.Field("kind", NameOf(job.kind));
    json.Field("state", NameOf(job.state));
    TimeField(json, "created_unix_ns", job.created_unix_ns);
    TimeField(json, "begun_unix_ns", job.begun_unix_ns);
    TimeField(json, "ended_unix_ns", job.ended_unix_ns);
    json.TextField("command", job.command);
    json.TextField("submitter", job.submitter);
    if (IsWaiting(job.state)) json.Field("jobs_before", job.jobs_before);
    json.TextField("progress", job.progress);
    json.TextField("end_reason", job.end_reason);
    json.TextField("error", std::string(job.error.message()));
    json.EndObject();
  }
  json.EndArray();
  return std::move(json).Take() + "\n";
}

std::string AgentsJson(const std::vector<FleetMember>& members) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginArray();
  for (const FleetMember& member : members) {
    json.BeginObject();
    json.Field("name", member.name);
    json.Field("hostname", member.host.hostname);
    json.Field("pid", member.host.pid);
    json.Field("cores", member.host.cores);
    json.Field("files_max", member.host.files_max);
    json.Field("specctl_version", member.specctl_version);
    json.Field("connected", member.connected);
    json.Field("in_run", member.in_run);
    json.EndObject();
  }
  json.EndArray();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl::cli
