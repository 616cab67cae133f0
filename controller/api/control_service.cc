#include "controller/api/control_service.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/hash.h"
#include "common/session/grpc_status.h"
#include "controller/api/job_codec.h"
#include "controller/api/job_files.h"
#include "controller/api/order_limits.h"

namespace specctl::controller {
namespace {

constexpr Nanos kWatchPatience = std::chrono::milliseconds(500);
constexpr Nanos kLookInterval = std::chrono::milliseconds(10);
constexpr auto kSubmitPatienceMax = std::chrono::hours(1);

// One of a bounded number of calls, while it lasts.
class Place {
 public:
  Place(std::atomic<int>& taken, int places) : taken_(taken), ok_(++taken <= places) {}
  ~Place() { --taken_; }
  Place(const Place&) = delete;
  bool ok() const { return ok_; }

 private:
  std::atomic<int>& taken_;
  const bool ok_;
};

// Of a job that a client submits, what is its to say.
absl::StatusOr<Job> SubmittedJob(const v1::Job& from) {
  constexpr size_t kTextMax = 16 * 1024;
  constexpr Nanos kWaitMax = std::chrono::hours(24);
  auto job = DecodeJob(from);
  if (!job.ok()) return job;
  for (const std::string* text : {&job->command, &job->submitter, &job->specctl_version}) {
    if (text->size() > kTextMax) {
      return absl::InvalidArgumentError("submit: a text of the job is too long");
    }
  }
  return Job{.id = job->id,
             .kind = job->kind,
             .command = job->command,
             .submitter = job->submitter,
             .specctl_version = job->specctl_version,
             .wait_agents = std::clamp(job->wait_agents, Nanos(0), Nanos(kWaitMax))};
}

absl::Status TooMany() {
  return absl::ResourceExhaustedError("the controller has too many such calls; try again");
}

absl::Status TooLarge() {
  return absl::ResourceExhaustedError(absl::StrFormat(
      "order: need at most %d bytes, compressed; put the dataset on the controller's machine and "
      "name it there",
      kOrderGzipBytesMax));
}

}  // namespace

void ControlService::AwaitWatchers(Nanos patience) const {
  const MonoTime until = MonoNow() + patience;
  while (watches_ > 0 && MonoNow() < until) std::this_thread::sleep_for(kLookInterval);
}

grpc::Status ControlService::Submit(grpc::ServerContext* context,
                                    grpc::ServerReader<v1::SubmitPart>* parts, v1::Job* reply) {
  const auto pass = gate_.Enter(context);
  if (!pass.ok()) return ToGrpc(pass.status());
  const Place place(submits_, kSubmitsMax);
  if (!place.ok()) return ToGrpc(TooMany());
  // Else one that says nothing would hold its place for ever.
  if (context->deadline() > std::chrono::system_clock::now() + kSubmitPatienceMax) {
    return ToGrpc(absl::InvalidArgumentError("submit: need a deadline of at most an hour"));
  }
  return ToGrpc(SubmitParts(*parts, pass->daemon(), *reply));
}

absl::Status ControlService::SubmitParts(grpc::ServerReader<v1::SubmitPart>& parts, Daemon& daemon,
                                         v1::Job& reply) {
  v1::SubmitPart part;
  if (!parts.Read(&part) || !part.has_head()) {
    return absl::InvalidArgumentError("submit: need a head, as the first part");
  }
  auto job = SubmittedJob(part.head().job());
  if (!job.ok()) return job.status();
  OrderSecrets secrets = DecodeOrderSecrets(part.head().secrets());
  const std::string sha256 = part.head().job().order_sha256();
  std::string order_gzip;
  while (parts.Read(&part)) {
    if (order_gzip.size() + part.order_gzip().size() > kOrderGzipBytesMax) return TooLarge();
    order_gzip += part.order_gzip();
  }
  // Also where the connection broke among the parts: Read() does not tell that from the end.
  if (Sha256Hex(order_gzip) != sha256) {
    return absl::DataLossError("submit: the order did not arrive whole");
  }
  auto submitted = daemon.Submit(*std::move(job), std::move(secrets), order_gzip);
  if (!submitted.ok()) return submitted.status();
  reply = EncodeJob(*submitted);
  return absl::OkStatus();
}

grpc::Status ControlService::Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                                   grpc::ServerWriter<v1::WatchPart>* parts) {
  const auto pass = gate_.Enter(context);
  if (!pass.ok()) return ToGrpc(pass.status());
  const Place place(watches_, kWatchesMax);
  if (!place.ok()) return ToGrpc(TooMany());
  return ToGrpc(WatchJob(*context, *request, pass->daemon(), *parts));
}

absl::Status ControlService::WatchJob(const grpc::ServerContext& context,
                                      const v1::WatchRequest& request, Daemon& daemon,
                                      grpc::ServerWriter<v1::WatchPart>& parts) {
  const std::string& id = request.job_id();
  if (auto checked = CheckJobId(id); !checked.ok()) return checked;
  JobFiles::Held held;
  for (const v1::FileHeld& file : request.held()) held[file.path()] = file.bytes();
  if (auto job = daemon.Get(id); !job.ok()) return job.status();
  JobFiles files(daemon.FolderOf(id), std::move(held));
  Daemon::View seen;
  while (!context.IsCancelled()) {
    auto view = daemon.Await(id, seen, kWatchPatience);
    if (!view.ok()) return view.status();
    const auto sent =
        files.SendFor(*view, [&parts](const v1::WatchPart& part) { return parts.Write(part); });
    if (!sent.ok()) return sent.status();
    // After its files, so that who reads that it is over has all of them.
    if (view->version != seen.version) {
      v1::WatchPart part;
      *part.mutable_job() = EncodeJob(view->job);
      if (!parts.Write(part)) return absl::OkStatus();
    }
    const bool over = IsOver(view->job.state);
    if (over || !request.follow() || !*sent) return absl::OkStatus();
    seen = *std::move(view);
  }
  return absl::UnavailableError("the call was ended");
}

grpc::Status ControlService::List(grpc::ServerContext* context, const v1::ListRequest*,
                                  v1::ListReply* reply) {
  const auto pass = gate_.Enter(context);
  if (!pass.ok()) return ToGrpc(pass.status());
  for (const Job& job : pass->daemon().List()) *reply->add_jobs() = EncodeJob(job);
  return grpc::Status::OK;
}

grpc::Status ControlService::Cancel(grpc::ServerContext* context, const v1::CancelRequest* request,
                                    v1::Job* reply) {
  const auto pass = gate_.Enter(context);
  if (!pass.ok()) return ToGrpc(pass.status());
  if (auto checked = CheckJobId(request->job_id()); !checked.ok()) return ToGrpc(checked);
  auto job = pass->daemon().Cancel(request->job_id(), request->at_once());
  if (!job.ok()) return ToGrpc(job.status());
  *reply = EncodeJob(*job);
  return grpc::Status::OK;
}

grpc::Status ControlService::Remove(grpc::ServerContext* context, const v1::RemoveRequest* request,
                                    v1::RemoveReply*) {
  const auto pass = gate_.Enter(context);
  if (!pass.ok()) return ToGrpc(pass.status());
  if (auto checked = CheckJobId(request->job_id()); !checked.ok()) return ToGrpc(checked);
  return ToGrpc(pass->daemon().Remove(request->job_id()));
}

grpc::Status ControlService::Agents(grpc::ServerContext* context, const v1::AgentsRequest*,
                                    v1::AgentsReply* reply) {
  const auto pass = gate_.Enter(context);
  if (!pass.ok()) return ToGrpc(pass.status());
  for (const FleetMember& member : pass->fleet().members()) {
    v1::AttachedAgent* agent = reply->add_agents();
    agent->set_name(member.name);
    *agent->mutable_host() = HostFactsToProto(member.host);
    agent->set_in_run(member.in_run);
    agent->set_connected(member.connected);
    agent->set_specctl_version(member.specctl_version);
  }
  return grpc::Status::OK;
}

}  // namespace specctl::controller
