#include "agent/null_server/null_server.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>

#include "agent/null_server/pace_text.h"
#include "common/base/own_program.h"
#include "common/base/unique_fd.h"

namespace specctl::agent {
namespace {

namespace asio = boost::asio;

constexpr Nanos kNullServerPatience = std::chrono::seconds(10);
// Two lines are all that it prints, or why it can't.
constexpr size_t kOutputBytesMax = 4096;

}  // namespace

absl::Status NullServer::Spawn() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return absl::UnavailableError(
        absl::StrFormat("can't start a null server: no pipe: %s", std::strerror(errno)));
  }
  UniqueFd reading(ends[0]);
  // Closed here once the child has it, so that its end is the end of what is read.
  const UniqueFd writing(ends[1]);
  auto process = ChildProcess::Start(
      {.words = {OwnProgram(), "--parent-pid", std::to_string(::getpid()), "sim", "--port", "0",
                 "--pace", absl::StrFormat("%.17g", chunks_per_s_), "--pace-first-ms", "1"},
       .output_fd = writing.get()});
  if (!process.ok()) {
    return absl::UnavailableError(
        absl::StrFormat("can't start a null server: %s", std::string(process.status().message())));
  }
  process_ = std::make_shared<ChildProcess>(*std::move(process));
  output_.assign(reading.Release());
  return absl::OkStatus();
}

void NullServer::BeginReading() {
  reading_ = std::make_shared<Reading>();
  patience_.expires_after(kNullServerPatience);
  patience_.async_wait([reading = reading_, process = process_](const auto& error) {
    // It may have expired just when all had been read.
    if (error || reading->over) return;
    reading->timed_out = true;
    process->Signal(SIGKILL);
  });
}

void NullServer::EndReading() {
  reading_->over = true;
  patience_.cancel();
}

Task<absl::StatusOr<std::string>> NullServer::Start() {
  if (absl::Status spawned = Spawn(); !spawned.ok()) co_return spawned;
  BeginReading();
  auto buffer = asio::dynamic_buffer(text_, kOutputBytesMax);
  // Whatever ends it: what counts is what has come.
  co_await asio::async_read_until(output_, buffer, '\n', kTuple);
  EndReading();
  const auto url = ParseListening(text_);
  if (url) co_return std::string(*url);
  if (reading_->timed_out) {
    co_return absl::UnavailableError(absl::StrFormat("the null server did not listen within %.0f s",
                                                     Seconds(kNullServerPatience)));
  }
  co_return absl::UnavailableError(
      absl::StrFormat("the null server did not listen: %s", absl::StripAsciiWhitespace(text_)));
}

Task<std::optional<NullServerReport>> NullServer::End() {
  process_->Signal(SIGTERM);
  BeginReading();
  auto buffer = asio::dynamic_buffer(text_, kOutputBytesMax);
  const auto to_the_end = asio::transfer_all();
  co_await asio::async_read(output_, buffer, to_the_end, kTuple);
  EndReading();
  process_->Kill();  // at its end: nothing is left but to reap it
  co_return ParsePaceText(text_);
}

}  // namespace specctl::agent
