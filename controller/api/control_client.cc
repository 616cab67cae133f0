#include "controller/api/control_client.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>
#include <grpcpp/grpcpp.h>

#include "common/base/gzip.h"
#include "common/base/hash.h"
#include "common/base/mutex.h"
#include "common/base/printable.h"
#include "common/journal/event_codec.h"
#include "common/session/grpc_status.h"
#include "controller/api/job_codec.h"
#include "controller/api/order_limits.h"
#include "specctl/v1/control.grpc.pb.h"

namespace specctl::controller {
namespace {

// Of a call that has nothing to wait for.
constexpr auto kPatience = std::chrono::seconds(10);
// Of a submission beside the time that its bytes take.
constexpr auto kSubmitPatience = std::chrono::seconds(60);
constexpr double kUploadBytesPerS = 1e6;

std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  // The controller is dialled as it is named: a proxy of the environment's is for the web.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // In spite of its name how long an attempt may take, the handshake of TLS included.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 10'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  // A forwarded port may die without a word; a server takes no more pings than this.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // Who watches sends nothing else.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // A list of all jobs may be long.
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

void LimitTime(grpc::ClientContext& context, Nanos patience) {
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::duration_cast<std::chrono::microseconds>(patience));
}

PackedOrder Packed(const google::protobuf::Message& order) {
  PackedOrder packed;
  packed.gzip = Gzip(order.SerializeAsString());
  packed.sha256 = Sha256Hex(packed.gzip);
  return packed;
}

}  // namespace

PackedOrder PackOrder(const MeasureRequest& request) { return Packed(EncodeOrder(request)); }
PackedOrder PackOrder(const SweepOrder& order) { return Packed(EncodeSweepOrder(order)); }

struct ControlClient::Connection {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::Control::Stub> stub;
  Mutex mu;
  grpc::ClientContext* watch ABSL_GUARDED_BY(mu) = nullptr;
};

ControlClient::ControlClient(std::string address,
                             std::shared_ptr<grpc::ChannelCredentials> credentials)
    : address_(std::move(address)), connection_(std::make_unique<Connection>()) {
  connection_->channel = MakeChannel(address_, credentials);
  connection_->stub = v1::Control::NewStub(connection_->channel);
}

ControlClient::~ControlClient() = default;

bool ControlClient::AwaitConnection(Nanos patience) {
  // Its own pauses are by the wall clock, and grow.
  grpc::experimental::ChannelResetConnectionBackoff(connection_->channel.get());
  return connection_->channel->WaitForConnected(
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::microseconds>(patience));
}

absl::Status ControlClient::Named(const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  const absl::Status plain = FromGrpc(status);
  return {plain.code(), absl::StrFormat("controller %s: %s", address_,
                                        PrintableLines(std::string(plain.message())))};
}

absl::StatusOr<Job> ControlClient::Submit(Job job, const OrderSecrets& secrets,
                                          const PackedOrder& order) {
  job.order_sha256 = order.sha256;
  grpc::ClientContext context;
  const double upload_s = static_cast<double>(order.gzip.size()) / kUploadBytesPerS;
  LimitTime(context, kSubmitPatience + std::chrono::milliseconds(std::lround(upload_s * 1e3)));
  v1::Job reply;
  const auto parts = connection_->stub->Submit(&context, &reply);
  v1::SubmitPart head;
  *head.mutable_head()->mutable_job() = EncodeJob(job);
  *head.mutable_head()->mutable_secrets() = EncodeOrderSecrets(secrets);
  bool sent = parts->Write(head);
  for (size_t at = 0; sent && at < order.gzip.size(); at += kOrderPartBytes) {
    v1::SubmitPart part;
    part.set_order_gzip(order.gzip.substr(at, kOrderPartBytes));
    sent = parts->Write(part);
  }
  parts->WritesDone();
  if (auto status = parts->Finish(); !status.ok()) return Named(status);
  return DecodeJob(reply);
}

absl::Status ControlClient::Watch(const std::string& job_id,
                                  const std::map<std::string, uint64_t>& held, bool follow,
                                  const Watcher& watcher) {
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.set_job_id(job_id);
  request.set_follow(follow);
  for (const auto& [path, bytes] : held) {
    v1::FileHeld* file = request.add_held();
    file->set_path(path);
    file->set_bytes(bytes);
  }
  const auto parts = connection_->stub->Watch(&context, request);
  {
    MutexLock lock(connection_->mu);
    connection_->watch = &context;
  }
  absl::Status bad;
  v1::WatchPart part;
  while (bad.ok() && parts->Read(&part)) {
    if (part.has_file()) {
      const v1::FilePart& file = part.file();
      const bool goes_on = watcher.on_file({.path = file.path(),
                                            .offset = file.offset(),
                                            .whole_bytes = file.whole_bytes(),
                                            .data = file.data()});
      if (!goes_on) context.TryCancel();
      continue;
    }
    auto job = DecodeJob(part.job());
    bad = job.status();
    if (job.ok()) watcher.on_job(*job);
  }
  if (!bad.ok()) context.TryCancel();
  const grpc::Status ended = parts->Finish();
  {
    MutexLock lock(connection_->mu);
    connection_->watch = nullptr;
  }
  return bad.ok() ? Named(ended) : bad;
}

void ControlClient::StopWatching() {
  MutexLock lock(connection_->mu);
  if (connection_->watch != nullptr) connection_->watch->TryCancel();
}

absl::StatusOr<std::vector<Job>> ControlClient::List() {
  grpc::ClientContext context;
  LimitTime(context, kPatience);
  v1::ListReply reply;
  if (auto status = connection_->stub->List(&context, {}, &reply); !status.ok()) {
    return Named(status);
  }
  std::vector<Job> jobs;
  for (const v1::Job& from : reply.jobs()) {
    auto job = DecodeJob(from);
    if (!job.ok()) return job.status();
    jobs.push_back(*std::move(job));
  }
  return jobs;
}

absl::StatusOr<Job> ControlClient::Cancel(const std::string& job_id, bool at_once) {
  grpc::ClientContext context;
  LimitTime(context, kPatience);
  v1::CancelRequest request;
  request.set_job_id(job_id);
  request.set_at_once(at_once);
  v1::Job reply;
  if (auto status = connection_->stub->Cancel(&context, request, &reply); !status.ok()) {
    return Named(status);
  }
  return DecodeJob(reply);
}

absl::Status ControlClient::Remove(const std::string& job_id) {
  grpc::ClientContext context;
  LimitTime(context, kPatience);
  v1::RemoveRequest request;
  request.set_job_id(job_id);
  v1::RemoveReply reply;
  return Named(connection_->stub->Remove(&context, request, &reply));
}

absl::StatusOr<std::vector<FleetMember>> ControlClient::Agents() {
  grpc::ClientContext context;
  LimitTime(context, kPatience);
  v1::AgentsReply reply;
  if (auto status = connection_->stub->Agents(&context, {}, &reply); !status.ok()) {
    return Named(status);
  }
  std::vector<FleetMember> members;
  for (const v1::AttachedAgent& agent : reply.agents()) {
    members.push_back({.name = agent.name(),
                       .host = HostFactsFromProto(agent.host()),
                       .specctl_version = agent.specctl_version(),
                       .connected = agent.connected(),
                       .in_run = agent.in_run()});
  }
  return members;
}

}  // namespace specctl::controller
