#include "tools/sim/send_log.h"

#include <absl/strings/str_format.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace specctl::sim {
namespace {

constexpr size_t kBlockBytes = 64u << 10;
constexpr size_t kLineBytesMax = 512;

template <class T>
void AppendNumber(std::string_view key, T value, std::string& out) {
  std::array<char, 24> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  static_cast<void>(error);  // 24 characters hold every value
  out += key;
  out.append(digits.data(), end);
}

}  // namespace

absl::StatusOr<SendLog> SendLog::Open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  if (file == nullptr) {
    return absl::PermissionDeniedError(
        absl::StrFormat("--send-log: can't write %s: %s", path, std::strerror(errno)));
  }
  // Buffered here, in whole lines.
  std::setvbuf(file, nullptr, _IONBF, 0);
  return SendLog(path, file);
}

SendLog::SendLog(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {
  // Room for the line that fills it, so that it never grows while chunks are sent.
  buffer_.reserve(kBlockBytes + kLineBytesMax);
}

void SendLog::LogRead(std::string_view response_id, int64_t unix_ns) {
  buffer_ += R"({"event":"read","response_id":")";
  // Without escapes: ResponseId() leaves only plain characters.
  buffer_ += response_id;
  AppendNumber(R"(","unix_ns":)", unix_ns, buffer_);
  buffer_ += "}\n";
  FlushIfFull();
}

void SendLog::LogSent(std::string_view response_id, const Chunk& chunk) {
  buffer_ += R"({"response_id":")";
  buffer_ += response_id;
  AppendNumber(R"(","chunk":)", chunk.index, buffer_);
  AppendNumber(R"(,"send_begin_unix_ns":)", chunk.begin_unix_ns, buffer_);
  AppendNumber(R"(,"send_end_unix_ns":)", chunk.end_unix_ns, buffer_);
  AppendNumber(R"(,"tokens":)", chunk.tokens, buffer_);
  buffer_ += "}\n";
  FlushIfFull();
}

absl::Status SendLog::Flush() {
  WriteOut();
  if (!failed_) return absl::OkStatus();
  return absl::DataLossError(absl::StrFormat("--send-log: could not write all of %s", path_));
}

void SendLog::FlushIfFull() {
  if (buffer_.size() >= kBlockBytes) WriteOut();
}

void SendLog::WriteOut() {
  // Told at the end: a full disk must not disturb the streams.
  failed_ |= std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size();
  buffer_.clear();
}

}  // namespace specctl::sim
