#include "tools/specctl/journal_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/hash.h"
#include "common/journal/event_codec.h"
#include "common/journal/journal_reader.h"
#include "common/journal/record_frame.h"

namespace specctl::cli {
namespace {

absl::Status CopyFailure(const std::string& path, std::string_view what) {
  return absl::InternalError(absl::StrFormat("%s: %s: %s", path, what, std::strerror(errno)));
}

}  // namespace

JournalCopy::JournalCopy(UniqueFd file, std::string path)
    : file_(std::move(file)), path_(std::move(path)), fold_(std::make_unique<RunFold>()) {}

absl::StatusOr<JournalCopy> JournalCopy::Open(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file.get() < 0) return CopyFailure(path, "can't be opened");
  JournalCopy copy(std::move(file), path);
  std::array<char, 1 << 16> part;
  for (;;) {
    const ssize_t got = ::read(copy.file_.get(), part.data(), part.size());
    if (got < 0) return CopyFailure(path, "can't be read");
    if (got == 0) return copy;
    copy.bytes_ += static_cast<uint64_t>(got);
    copy.rest_.append(part.data(), static_cast<size_t>(got));
    if (auto taken = copy.TakeRecords(); !taken.ok()) return taken;
  }
}

absl::Status JournalCopy::AddBytes(uint64_t offset, std::string_view data) {
  if (offset != bytes_) {
    return absl::DataLossError(
        absl::StrFormat("%s: has %d bytes, and byte %d is what came next", path_, bytes_, offset));
  }
  for (size_t written = 0; written < data.size();) {
    const ssize_t put = ::write(file_.get(), data.data() + written, data.size() - written);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return CopyFailure(path_, "can't be written");
    written += static_cast<size_t>(put);
  }
  bytes_ += data.size();
  rest_ += data;
  return TakeRecords();
}

absl::Status JournalCopy::TakeRecords() {
  size_t at = 0;
  const std::string_view rest = rest_;
  while (rest.size() - at >= kRecordHeadBytes) {
    const RecordHead head = ReadRecordHead(rest.substr(at));
    if (head.length == 0 || head.length > JournalReader::kRecordBytesMax) {
      return absl::DataLossError(absl::StrFormat("%s: a damaged record", path_));
    }
    if (rest.size() - at - kRecordHeadBytes < head.length) break;
    const std::string_view payload = rest.substr(at + kRecordHeadBytes, head.length);
    at += kRecordHeadBytes + head.length;
    v1::Event parsed;
    const bool whole = Crc32c(payload) == head.crc32c &&
                       parsed.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
    if (!whole) return absl::DataLossError(absl::StrFormat("%s: a damaged record", path_));
    auto event = EventFromProto(parsed);
    if (!event.ok()) return event.status();
    // What contradicts itself is the verdict's to tell.
    fold_->Apply(*event).IgnoreError();
    if (const auto* run = std::get_if<RunBegun>(&*event)) {
      precision_ = std::make_unique<PrecisionWatch>(run->spec.load.until);
    }
  }
  rest_.erase(0, at);
  return absl::OkStatus();
}

const RunBegun* JournalCopy::begun() const {
  return precision_ == nullptr ? nullptr : &*fold_->Run().begun;
}

controller::RunSnapshot JournalCopy::Snapshot() {
  controller::LookIfDue(*fold_, *precision_);
  return controller::SnapshotOf(begun()->spec, *fold_, *precision_);
}

}  // namespace specctl::cli
