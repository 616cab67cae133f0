#include "tools/sim/pace_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "tools/sim/error_reply.h"

namespace specctl::sim {
namespace {

ApiError NotStreamed() {
  return {.status = 400,
          .message = "stream: need true, since the simulated engine runs with --pace, got false",
          .param = "stream"};
}

}  // namespace

PaceClient::PaceClient(int fd, uint32_t slot, PaceSite& site, const PaceShared& shared)
    : fd_(fd),
      slot_(slot),
      site_(site),
      shared_(shared),
      outbox_(fd, shared.log),
      idle_since_(MonoNow()) {}

PaceClient::~PaceClient() {
  if (stream_) --site_.running;
  ::close(fd_);
}

std::optional<MonoTime> PaceClient::NextDue() const {
  if (!stream_) return std::nullopt;
  return due_;
}

std::optional<MonoTime> PaceClient::idle_since() const {
  if (stream_) return std::nullopt;
  return idle_since_;
}

PaceClient::Then PaceClient::OnReadable() {
  std::array<char, 16u << 10> bytes;
  const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  // Nothing to read after all.
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Then::kOpen;
  if (size <= 0) return Then::kClosed;
  unread_.append(bytes.data(), static_cast<size_t>(size));
  if (unread_.size() > kPipelinedBytesMax) return Then::kClosed;
  return ReadRequests();
}

PaceClient::Then PaceClient::OnWritable() { return After(outbox_.Flush()); }

PaceClient::Then PaceClient::OnDue() {
  const MonoTime now = MonoNow();
  // Before the work of this chunk: what is measured is the schedule, not the sending.
  shared_.report.AddLateness(now - due_);
  // One for all clients: what can't be sent at once goes into the outbox.
  std::string& bytes = shared_.buffer;
  bytes.clear();
  const uint32_t tokens = stream_->Next(bytes);
  // From the schedule, not from now: lateness doesn't add up.
  due_ = shared_.schedule.Due(slot_, ++point_);
  CountChunk(tokens, now);
  const Then then = After(outbox_.Send(bytes, tokens));
  // The client reads too slowly: what follows is not this server's lateness.
  if (then == Then::kBlocked) shared_.report.CountBlocked();
  if (then != Then::kOpen || stream_ || unread_.empty()) return then;
  return ReadRequests();
}

void PaceClient::CountChunk(uint32_t tokens, MonoTime now) {
  EngineCounters& counters = site_.counters;
  counters.generation_tokens += tokens;
  if (stream_->chunks() == 1) {
    counters.prompt_tokens += stream_->request().prompt_tokens;
    counters.first_token_s.Observe(Seconds(now - read_at_));
  } else {
    counters.token_gap_s.Observe(Seconds(now - last_chunk_));
  }
  last_chunk_ = now;
  if (!stream_->done()) return;
  ++counters.finished_by_length;
  counters.request_s.Observe(Seconds(now - read_at_));
  stream_.reset();
  --site_.running;
  idle_since_ = now;
}

PaceClient::Then PaceClient::ReadRequests() {
  size_t parsed = 0;
  while (!stream_ && !close_after_reply_ && parsed < unread_.size()) {
    const absl::StatusOr<size_t> taken = parser_.Feed(std::string_view(unread_).substr(parsed));
    if (!taken.ok()) {
      close_after_reply_ = true;
      SendPlain(MalformedHttpReply());
      parsed = unread_.size();
      break;
    }
    parsed += *taken;
    if (parser_.TakeContinueExpected()) outbox_.AppendBytes("HTTP/1.1 100 Continue\r\n\r\n", 0);
    if (!parser_.done()) break;
    Handle(parser_.TakeRequest());
  }
  unread_.erase(0, parsed);
  return After(outbox_.Flush());
}

void PaceClient::Handle(const HttpRequest& request) {
  close_after_reply_ = request.close;
  auto answer = site_.api.Answer(request);
  if (const PlainReply* plain = std::get_if<PlainReply>(&answer)) return SendPlain(*plain);
  InferenceRequest& inference = std::get<InferenceRequest>(answer);
  // A paced reply is its chunks.
  if (!inference.stream) return SendPlain(ErrorReply(NotStreamed()));
  BeginStream(std::move(inference), request);
}

void PaceClient::BeginStream(InferenceRequest request, const HttpRequest& http) {
  const UnixTime read = UnixNow();
  // The schedule counts from here; the log has the wall clock's time.
  read_at_ = MonoNow();
  point_ = shared_.schedule.FirstPoint(slot_, read_at_);
  due_ = shared_.schedule.Due(slot_, point_);
  const int64_t created =
      std::chrono::duration_cast<std::chrono::seconds>(read.time_since_epoch()).count();
  const ReplyIdentity identity{
      .response_id = site_.api.ResponseId(request.route, http.request_id, site_.requests++),
      .model = shared_.options.flavour.model,
      .created_unix_s = created};
  if (shared_.log != nullptr)
    shared_.log->LogRead(identity.response_id, read.time_since_epoch().count());
  outbox_.BeginReply(identity.response_id);
  // Not flushed here: it goes out with what ReadRequests() sends at its end.
  outbox_.AppendBytes(StreamHead({.date = read, .close = close_after_reply_}), 0);
  stream_.emplace(std::move(request), identity, shared_.options.pace->tokens);
  ++site_.running;
}

void PaceClient::SendPlain(const PlainReply& reply) {
  outbox_.AppendBytes(PlainReplyBytes(reply, {.date = UnixNow(), .close = close_after_reply_}), 0);
  idle_since_ = MonoNow();
}

PaceClient::Then PaceClient::After(Outbox::State state) const {
  if (state == Outbox::State::kFailed) return Then::kClosed;
  if (state == Outbox::State::kBlocked) return Then::kBlocked;
  return close_after_reply_ && !stream_ ? Then::kClosed : Then::kOpen;
}

}  // namespace specctl::sim
