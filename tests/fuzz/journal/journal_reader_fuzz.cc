// A journal of any bytes: read to its end or to DATA_LOSS, with every byte accounted for.  The
// input is a journal as it is, the payload of a record with a right checksum in another one, and
// what stands before a whole record, which is found behind it.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include <absl/status/status.h>

#include "common/journal/event_codec.h"
#include "common/journal/journal_reader.h"
#include "common/journal/record_frame.h"
#include "tests/fuzz/journal/event_round_trip.h"
#include "tests/fuzz/quiet_protobuf.h"

namespace {

// A file in memory.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(memfd_create("journal", MFD_CLOEXEC)) {
    if (fd_ < 0 || write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

constexpr uint32_t kLastAgent = 0x5eed;

// Whether the last event is the end of agent kLastAgent, or DATA_LOSS hides it.
bool Read(std::string_view journal) {
  const MemoryFile file(journal);
  auto reader = specctl::JournalReader::Open(file.path());
  if (!reader.ok()) std::abort();
  bool found = false;
  for (size_t records = 0; records <= journal.size() / specctl::kRecordHeadBytes; ++records) {
    const auto event = reader->Next();
    if (!event.ok()) {
      if (!absl::IsDataLoss(event.status())) std::abort();
      return true;
    }
    if (!*event) {
      const specctl::JournalLoss& loss = reader->loss();
      if (reader->whole_bytes() + loss.damage.bytes + loss.torn_bytes != journal.size()) {
        std::abort();
      }
      return found;
    }
    const auto* ended = std::get_if<specctl::AgentEnded>(&**event);
    found = ended != nullptr && ended->agent == kLastAgent;
    specctl::RequireRoundTrip(**event);
  }
  std::abort();  // more records than bytes for their heads
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Read(input);
  std::string framed;
  specctl::AppendRecord(input, framed);
  specctl::AppendRecord(input, framed);
  framed += input.substr(0, size / 2);  // a torn tail, or a third record
  Read(framed);
  const auto last = specctl::EventToProto(specctl::Event(specctl::AgentEnded{.agent = kLastAgent}));
  std::string behind(input);
  specctl::AppendRecord(last.SerializeAsString(), behind);
  if (!Read(behind)) std::abort();
  return 0;
}
