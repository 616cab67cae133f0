// A journal of any events: whatever they say, the fold takes them or refuses them, and what the run
// leaves behind can be written.  The input is a journal whose checksums are not looked at, so that
// a changed byte is a changed event.
//
// Journals that are only large are left out: a run of more than an hour has a row a second, books
// are made for every request that was planned.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <absl/status/status.h>

#include "common/analysis/run_fold.h"
#include "common/journal/event_codec.h"
#include "common/journal/record_frame.h"
#include "common/report/artifacts.h"
#include "common/report/page.h"
#include "tests/fuzz/quiet_protobuf.h"

namespace {

using specctl::Event;
using specctl::RunFold;

constexpr double kElapsedMaxS = 3600;
constexpr uint64_t kPlannedMax = 1'000'000;
constexpr uint32_t kAgentsMax = 4'096;
constexpr size_t kEventsPerLook = 8;  // at the live figures

// Takes the next record's event off `journal`; nullopt where it is none.  A length beyond the end
// means the rest.
std::optional<Event> TakeEvent(std::string_view& journal) {
  const specctl::RecordHead head = specctl::ReadRecordHead(journal);
  journal.remove_prefix(specctl::kRecordHeadBytes);
  const std::string_view payload = journal.substr(0, head.length);
  journal.remove_prefix(payload.size());
  specctl::v1::Event encoded;
  if (!encoded.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return std::nullopt;
  }
  auto event = specctl::EventFromProto(encoded);
  return event.ok() ? std::optional(*std::move(event)) : std::nullopt;
}

bool IsOnlyLarge(const Event& event) {
  const auto* begun = std::get_if<specctl::RunBegun>(&event);
  return begun != nullptr && (begun->planned_requests.value_or(0) > kPlannedMax ||
                              begun->spec.load.agents > kAgentsMax);
}

// The requests that a fold hands out, as they would be written.
class Rows {
 public:
  void Begin(const Event& event) {
    const auto* begun = std::get_if<specctl::RunBegun>(&event);
    if (begun != nullptr && !spec_) spec_ = begun->spec;
  }
  void Add(const RunFold& fold, const specctl::EndedRequest& request) {
    const specctl::PlannedRow* planned = fold.RowAt(request.settled.position);
    bytes_ += specctl::RequestLine(request, planned, *spec_).size();
    bytes_ += specctl::OutputLine(request, planned).size();
    bytes_ += request.open.kept.size();
  }

 private:
  std::optional<specctl::RunSpec> spec_;
  size_t bytes_ = 0;
};

void Write(const specctl::Results& results) {
  const size_t bytes = specctl::RenderPage(results, {}).size() + specctl::RunJson(results).size() +
                       specctl::SummaryJson(results).size() + specctl::CurvesCsv(results).size();
  if (bytes == 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view journal(reinterpret_cast<const char*>(data), size);
  Rows rows;
  std::unique_ptr<RunFold> fold;
  fold = std::make_unique<RunFold>(
      [&](const specctl::EndedRequest& request) { rows.Add(*fold, request); },
      RunFold::Chunks::kKept);
  size_t applied_events = 0;
  while (journal.size() > specctl::kRecordHeadBytes) {
    const std::optional<Event> event = TakeEvent(journal);
    if (!event) continue;
    if (IsOnlyLarge(*event)) return 0;
    rows.Begin(*event);
    const absl::Status applied = fold->Apply(*event);
    if (!applied.ok() && !absl::IsDataLoss(applied)) std::abort();
    if (++applied_events % kEventsPerLook == 0 && fold->Live().elapsed_s > kElapsedMaxS) return 0;
  }
  if (fold->Live().elapsed_s > kElapsedMaxS) return 0;
  Write(fold->Finish());
  return 0;
}
