// ControlService: the daemon over gRPC, for the command line.
#pragma once

#include <atomic>

#include <grpcpp/grpcpp.h>

#include "controller/api/call_gate.h"
#include "controller/api/daemon.h"
#include "controller/fleet/fleet.h"
#include "specctl/v1/control.grpc.pb.h"

namespace specctl::controller {

// Answers with a thread a call, of which there is a bounded number.  Thread-safe.
class ControlService final : public v1::Control::Service {
 public:
  // Calls that go on for long, at a time; more are refused with RESOURCE_EXHAUSTED.
  static constexpr int kWatchesMax = 64;
  static constexpr int kSubmitsMax = 4;

  // Until then, and after Stop(), every call is answered with UNAVAILABLE.
  void Serve(Daemon& daemon, Fleet& fleet) { gate_.Open(daemon, fleet); }
  // Waits, `patience` at most, until no client watches.
  void AwaitWatchers(Nanos patience) const;
  // Ends all calls; when it returns none uses daemon or fleet any more.
  void Stop() { gate_.Close(); }

  grpc::Status Submit(grpc::ServerContext* context, grpc::ServerReader<v1::SubmitPart>* parts,
                      v1::Job* reply) override;
  grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                     grpc::ServerWriter<v1::WatchPart>* parts) override;
  grpc::Status List(grpc::ServerContext* context, const v1::ListRequest* request,
                    v1::ListReply* reply) override;
  grpc::Status Cancel(grpc::ServerContext* context, const v1::CancelRequest* request,
                      v1::Job* reply) override;
  grpc::Status Remove(grpc::ServerContext* context, const v1::RemoveRequest* request,
                      v1::RemoveReply* reply) override;
  grpc::Status Agents(grpc::ServerContext* context, const v1::AgentsRequest* request,
                      v1::AgentsReply* reply) override;

 private:
  absl::Status SubmitParts(grpc::ServerReader<v1::SubmitPart>& parts, Daemon& daemon,
                           v1::Job& reply);
  absl::Status WatchJob(const grpc::ServerContext& context, const v1::WatchRequest& request,
                        Daemon& daemon, grpc::ServerWriter<v1::WatchPart>& parts);

  CallGate gate_;
  std::atomic<int> watches_{0}, submits_{0};
};

}  // namespace specctl::controller
