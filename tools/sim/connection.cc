#include "tools/sim/connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>
#include <utility>
#include <vector>

#include "tools/sim/error_reply.h"
#include "tools/sim/replica.h"
#include "tools/sim/token_model.h"
#include "tools/sim/truth.h"

namespace specctl::sim {
namespace {

namespace asio = boost::asio;

// Short enough that a slow stream trickles instead of coming in lumps.
constexpr auto kSlowTick = std::chrono::milliseconds(10);
constexpr size_t kReadBytes = 16u << 10;

ApiError Overloaded(int status) {
  return {.status = status,
          .message = status == 429 ? "Too many requests are queued." : "The server is overloaded.",
          .type = status == 429 ? "RateLimitError" : "ServiceUnavailableError",
          .param = ""};
}

ApiError EngineDied() {
  return {.status = 500,
          .message = "EngineCore encountered an issue. See stack trace (above) for the root cause.",
          .type = "InternalServerError",
          .param = ""};
}

}  // namespace

Connection::Connection(Socket socket, Replica& replica)
    : replica_(replica),
      socket_(std::move(socket)),
      idle_timer_(socket_.get_executor()),
      slow_timer_(socket_.get_executor()),
      outbox_(socket_.native_handle(), replica.log()) {}

Connection::~Connection() {
  AbortSequence();
  replica_.Forget(this);
}

Task<void> Connection::Run(std::shared_ptr<Connection> self) {
  // A client that connects and says nothing is closed, too.
  self->ArmIdleTimer();
  std::vector<char> bytes(kReadBytes);
  const asio::mutable_buffer space(bytes.data(), bytes.size());
  while (!self->closed_) {
    const auto [error, size] = co_await self->socket_.async_read_some(space, kTuple);
    if (error) break;
    self->OnBytes(std::string_view(bytes.data(), size));
  }
  self->Close();
}

void Connection::OnBytes(std::string_view bytes) {
  // What it hears is dropped, as by a server that hangs.
  if (silent_) return;
  if (!busy_) idle_timer_.cancel();
  unread_ += bytes;
  // A client that sends without waiting must not fill the memory.
  if (unread_.size() > kPipelinedBytesMax) return Close();
  ReadRequests();
}

void Connection::ReadRequests() {
  // A reply that ends at once must not come back in here: clients may pipeline any number.
  if (std::exchange(reading_, true)) return;
  const auto may_go_on = [this] { return !busy_ && !closed_ && !silent_ && !close_after_reply_; };
  while (may_go_on() && parsed_ < unread_.size() && ParseSome()) {
  }
  unread_.erase(0, std::exchange(parsed_, 0));
  reading_ = false;
}

bool Connection::ParseSome() {
  const absl::StatusOr<size_t> taken = parser_.Feed(std::string_view(unread_).substr(parsed_));
  if (!taken.ok()) {
    // Where the next request begins can't be known any more.
    close_after_reply_ = true;
    SendPlain(replica_.flavour().MalformedHttp());
    return false;
  }
  parsed_ += *taken;
  if (parser_.TakeContinueExpected()) {
    outbox_.AppendBytes("HTTP/1.1 100 Continue\r\n\r\n", 0);
    Flush();
  }
  if (!parser_.done()) return false;
  Handle(parser_.TakeRequest());
  return true;
}

void Connection::Handle(const HttpRequest& request) {
  busy_ = true;
  close_after_reply_ = request.close;
  if (request.path == kTruthPath) {
    PlainReply truth;
    truth.body = TruthJson(replica_.engine().model().counters());
    return SendPlain(truth);
  }
  auto answer = replica_.flavour().Answer(request);
  // Metrics, models and refusals: they take no part in the batch, and have no faults.
  if (const PlainReply* plain = std::get_if<PlainReply>(&answer)) return SendPlain(*plain);
  BeginReply(std::get<InferenceRequest>(std::move(answer)), request);
}

void Connection::BeginReply(InferenceRequest request, const HttpRequest& http) {
  const UnixTime read = UnixNow();
  const uint64_t ordinal = replica_.BeginInference();
  // By the request's number, not by chance: a run can be repeated with the same faults.
  fault_ = replica_.faults().OfRequest(ordinal);
  chunks_ = 0;
  // Depends on what is asked, not on when: a repeated request gets the same reply.
  const Draws draws{SplitMix64(replica_.options().seed ^ request.prompt_hash) ^ request.seed};
  const int64_t created =
      std::chrono::duration_cast<std::chrono::seconds>(read.time_since_epoch()).count();
  request.has_request_id = !http.request_id.empty();
  Flavour& flavour = replica_.flavour();
  ReplyIdentity identity{.response_id = flavour.ResponseId(request, http.request_id, ordinal),
                         .model = request.model,
                         .created_unix_s = created};
  if (SendLog* log = replica_.log()) {
    log->LogRead(identity.response_id, read.time_since_epoch().count());
  }
  outbox_.BeginReply(identity.response_id);
  const std::optional<ApiError> refused = request.refused_by_engine;
  reply_ = std::make_unique<Reply>(std::move(request), std::move(identity),
                                   replica_.options().reply, draws, flavour);
  slow_ = fault_ && fault_->kind == FaultKind::kSlow;
  if (fault_) replica_.CountFault();
  if (fault_ && fault_->kind == FaultKind::k429) return SendPlain(flavour.Error(Overloaded(429)));
  if (fault_ && fault_->kind == FaultKind::k503) return SendPlain(flavour.Error(Overloaded(503)));
  // Not even a head: the client's own time-out must end it.
  if (fault_ && fault_->kind == FaultKind::kHang) return;
  // vLLM's engine refuses after the stream has begun: then it is an event under status 200.
  if (refused && !reply_->request().stream) return SendPlain(flavour.Error(*refused));
  std::string head = reply_->Begin(Head());
  // An error in a stream needs its head, whenever else that is sent.
  if (refused && head.empty()) head = flavour.StreamHeadBytes(Head());
  outbox_.AppendBytes(head, 0);
  Flush();
  closes_after_stream_ = reply_->request().stream && flavour.ClosesAfterStream();
  if (refused) return SendErrorEvent(*refused);
  StartSequence();
}

void Connection::StartSequence() {
  const InferenceRequest& request = reply_->request();
  const SimOptions& options = replica_.options();
  SequenceSpec spec;
  spec.draws = reply_->draws();
  spec.prompt_tokens = request.prompt_tokens;
  spec.prompt_blocks = request.prompt_blocks;
  // A request for no token still takes the prompt's step.
  spec.output_tokens = std::max<uint64_t>(1, request.max_tokens);
  spec.tokens_max = spec.output_tokens;
  spec.streamed = request.stream;
  spec.category = request.category;
  spec.has_request_id = request.has_request_id;
  if (!request.ignore_eos && options.eos_mean_tokens > 0) {
    const uint64_t eos =
        std::max<uint64_t>(EosLength(spec.draws, options.eos_mean_tokens), request.min_tokens);
    // Otherwise max_tokens comes first, and the reply ends by length.
    if (eos <= request.max_tokens) {
      spec.output_tokens = eos;
      spec.finish = Finish::kStop;
    }
  }
  const Quirks& quirks = options.reply.quirks;
  if (!request.stop.empty() && quirks.Happens(Quirk::kStopString, spec.draws)) {
    spec.stop_string_from = PickFor(Quirk::kStopString, spec.draws, spec.output_tokens);
  }
  if (spec.output_tokens > 1 && quirks.Happens(Quirk::kAbort, spec.draws)) {
    spec.output_tokens = 1 + PickFor(Quirk::kAbort, spec.draws, spec.output_tokens - 1);
    spec.finish = Finish::kAbort;
  }
  const auto rates = options.acceptance.Conditional(request.category);
  spec.acceptance.assign(rates.begin(), rates.end());
  sequence_ = replica_.engine().AddSequence(std::move(spec), *this);
}

void Connection::OnStep(const StepOutput& output) {
  // The engine has let go of it: there is nothing to abort.
  if (output.finish != Finish::kNo) sequence_.reset();
  for (const ReplyPiece& piece : reply_->OnStep(output, Head())) {
    // Counted in chunks with tokens: the role event is not one.
    const bool due = fault_ && piece.tokens > 0 && chunks_ >= fault_->after_chunks;
    if (due && !Break()) return;
    SendPiece(piece);
    if (closed_) return;
  }
  if (output.finish != Finish::kNo) EndReply();
}

void Connection::SendPiece(const ReplyPiece& piece) {
  outbox_.AppendBytes(piece.bytes, piece.tokens);
  if (piece.tokens > 0) {
    ++chunks_;
    ++held_chunks_;
  }
  // Held back to arrive together, as behind a proxy that buffers.
  if (held_chunks_ < replica_.options().burst_chunks) return;
  held_chunks_ = 0;
  Flush();
}

void Connection::EndReply() {
  held_chunks_ = 0;
  busy_ = false;
  fault_.reset();
  // Only now: the head of the reply did not say so.
  if (std::exchange(closes_after_stream_, false)) close_after_reply_ = true;
  Flush();
  if (closed_ || close_after_reply_) return;
  // Nothing is pipelined: the connection waits for its next request.
  if (parsed_ == unread_.size()) return ArmIdleTimer();
  ReadRequests();
}

bool Connection::Break() {
  // Once in a reply.
  const Fault fault = *std::exchange(fault_, std::nullopt);
  std::string bytes;
  switch (fault.kind) {
    case FaultKind::kBadJson:
      AppendHttpChunk("data: {\"id\":\"chatcmpl-broken\",\"choices\":[{\"ind\n\n", bytes);
      outbox_.AppendBytes(bytes, 0);
      return true;
    case FaultKind::kGarbage:
      outbox_.AppendBytes("\x01\xfe not a chunk size \xff\r\n\r\n", 0);
      Flush();
      AbortSequence();
      Close();
      return false;
    case FaultKind::kErrorEvent:
      AbortSequence();
      SendErrorEvent(EngineDied());
      return false;
    case FaultKind::kSilent:
      FallSilent();
      return false;
    case FaultKind::kCut:
      AbortSequence();
      Close();
      return false;
    default:
      return true;  // the others act elsewhere
  }
}

void Connection::SendErrorEvent(const ApiError& error) {
  const std::string events = replica_.flavour().ErrorEvents(error);
  // A server that has no word for it breaks the stream off.
  if (events.empty()) close_after_reply_ = true;
  outbox_.AppendBytes(events, 0);
  EndReply();
}

void Connection::SendPlain(const PlainReply& reply) {
  if (reply.status >= 400 && replica_.flavour().ClosesAfterError()) close_after_reply_ = true;
  outbox_.AppendBytes(replica_.flavour().PlainBytes(reply, Head()), 0);
  EndReply();
}

void Connection::Flush() {
  if (closed_ || silent_) return;
  if (slow_) return FlushSlowly();
  const Outbox::State state = outbox_.Flush();
  if (state == Outbox::State::kFailed) return Close();
  // The kernel's buffer is full; steps go on, and append to the outbox.
  if (state == Outbox::State::kBlocked) return WaitWritable();
  if (close_after_reply_ && !busy_) Close();
}

void Connection::FlushSlowly() {
  if (std::exchange(waiting_writable_, true)) return;  // the timer runs
  slow_timer_.expires_after(kSlowTick);
  slow_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->closed_) return;
    self->waiting_writable_ = false;
    const double bytes_per_tick = self->replica_.options().slow_bytes_per_s *
                                  std::chrono::duration<double>(kSlowTick).count();
    const auto share = static_cast<size_t>(std::max(1.0, bytes_per_tick));
    const Outbox::State state = self->outbox_.Flush(share);
    if (state == Outbox::State::kFailed) return self->Close();
    if (state == Outbox::State::kBlocked) return self->FlushSlowly();
    if (self->busy_) return;
    // The reply is out: what follows on the connection is at full speed.
    self->slow_ = false;
    self->Flush();
  });
}

void Connection::WaitWritable() {
  if (std::exchange(waiting_writable_, true)) return;
  socket_.async_wait(asio::socket_base::wait_write,
                     [weak = weak_from_this()](const boost::system::error_code& error) {
                       const auto self = weak.lock();
                       if (error || !self) return;
                       self->waiting_writable_ = false;
                       self->Flush();
                     });
}

void Connection::ArmIdleTimer() {
  idle_timer_.expires_after(kIdleLimit);
  idle_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->busy_) return;
    // Bytes that the client has not read are not idleness.
    self->outbox_.empty() ? self->Close() : self->ArmIdleTimer();
  });
}

ReplyHead Connection::Head() const { return {.date = UnixNow(), .close = close_after_reply_}; }

void Connection::FallSilent() {
  silent_ = true;
  AbortSequence();
}

void Connection::Reset() {
  boost::system::error_code ignored;  // the socket closes in any case
  // Lingering for no time makes the kernel send a reset instead of an orderly end.
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  Close();
}

void Connection::AbortSequence() {
  if (sequence_) replica_.engine().RemoveSequence(*std::exchange(sequence_, std::nullopt));
}

void Connection::Close() {
  if (std::exchange(closed_, true)) return;
  AbortSequence();
  idle_timer_.cancel();
  slow_timer_.cancel();
  boost::system::error_code ignored;  // nothing is left to be done about it
  socket_.close(ignored);
}

}  // namespace specctl::sim
