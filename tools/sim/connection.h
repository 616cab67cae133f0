// Connection: one client of a replica.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "common/base/task.h"
#include "tools/sim/engine.h"
#include "tools/sim/faults.h"
#include "tools/sim/http_request_parser.h"
#include "tools/sim/outbox.h"
#include "tools/sim/reply.h"

namespace specctl::sim {

class Replica;

// Reads requests, answers them in order, and closes after 5 s without one, as uvicorn does.
// Single-threaded; the task of Run() keeps it alive.
class Connection final : public StepSink, public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

  // `replica` must outlive the connection.
  Connection(Socket socket, Replica& replica);
  ~Connection() override;

  // Ends when the connection has closed, or is cancelled.
  static Task<void> Run(std::shared_ptr<Connection> self);

  void OnStep(const StepOutput& output) override;

  // Closes so that the client sees a reset.
  void Reset();
  // From now on nothing is sent, and the connection stays open.
  void FallSilent();

 private:
  void OnBytes(std::string_view bytes);
  void ReadRequests();
  // Parses up to the end of one request and begins to answer it; false: there is no whole one.
  bool ParseSome();
  void Handle(const HttpRequest& request);
  void BeginReply(InferenceRequest request, const HttpRequest& http);
  void StartSequence();
  void SendPiece(const ReplyPiece& piece);
  void EndReply();
  // Makes the fault happen; returns whether the reply goes on.
  bool Break();

  void SendPlain(const PlainReply& reply);
  // An error after a 200: the event, [DONE] and the end of the reply.
  void SendErrorEvent(const ApiError& error);
  void Flush();
  void FlushSlowly();
  void WaitWritable();
  void ArmIdleTimer();
  ReplyHead Head() const;
  void AbortSequence();
  void Close();

  Replica& replica_;
  Socket socket_;
  Timer idle_timer_;
  Timer slow_timer_;
  Outbox outbox_;
  HttpRequestParser parser_;
  std::string unread_;  // received; the part up to parsed_ is done with
  size_t parsed_ = 0;
  std::unique_ptr<Reply> reply_;
  std::optional<uint64_t> sequence_;  // in the engine
  std::optional<Fault> fault_;        // of the reply, not yet made
  uint64_t chunks_ = 0;               // token-bearing ones of the reply
  uint32_t held_chunks_ = 0;          // of a burst
  bool reading_ = false;              // within ReadRequests()
  bool busy_ = false;                 // a request is being answered
  bool close_after_reply_ = false;
  bool closes_after_stream_ = false;  // the reply's connection, without a word in its head
  bool slow_ = false;
  bool waiting_writable_ = false;
  bool silent_ = false;
  bool closed_ = false;
};

}  // namespace specctl::sim
