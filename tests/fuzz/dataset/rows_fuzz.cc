// A dataset file of any bytes: rows are the same however the bytes arrive, and each decodes to a
// conversation that keeps its promises, or to an error.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/dataset/row_decoder.h"
#include "common/dataset/row_splitter.h"

namespace {

using specctl::RowForm;
using Rows = std::vector<std::pair<uint64_t, std::string>>;

constexpr size_t kRowBytesMax = 4096;

void Require(bool fact) {
  if (!fact) std::abort();
}

std::pair<Rows, bool> Split(const std::vector<std::string_view>& parts) {
  Rows rows;
  specctl::RowSplitter splitter(
      [&](uint64_t line, std::string_view row) {
        rows.emplace_back(line, row);
        return absl::OkStatus();
      },
      kRowBytesMax);
  for (const std::string_view part : parts) {
    if (!splitter.Feed(part).ok()) return {std::move(rows), false};
  }
  return {std::move(rows), splitter.Finish().ok()};
}

void Check(const specctl::Conversation& conversation) {
  Require(!conversation.question_id.empty());
  Require(!conversation.turns.empty());
  for (const std::vector<specctl::Message>& turn : conversation.turns) {
    Require(!turn.empty());
    for (const specctl::Message& message : turn) {
      Require(!message.role.empty());
      Require(message.content.empty() || message.raw_json.empty());
    }
  }
  const std::string& extra = conversation.extra_json;
  Require(extra.empty() || (extra.front() == '{' && extra.back() == '}'));
  Require(!conversation.max_tokens || *conversation.max_tokens > 0);
}

void DecodeAll(const Rows& rows, std::optional<RowForm> form) {
  specctl::RowDecoder decoder({.form = form, .named_speed_bench = false, .preparation = ""});
  for (const auto& [line, row] : rows) {
    const auto decoded = decoder.Decode(row);
    if (!decoded.ok()) {
      Require(!decoded.status().message().empty());
    } else if (*decoded) {
      Check(**decoded);
    }
  }
  for (const std::string& note : decoder.Notes()) Require(!note.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::pair<Rows, bool> whole = Split({bytes});
  Require(Split({bytes.substr(0, size / 2), bytes.substr(size / 2)}) == whole);
  DecodeAll(whole.first, std::nullopt);
  for (const RowForm form : {RowForm::kSpeedBenchMessages, RowForm::kTurns, RowForm::kPrompt,
                             RowForm::kOpenAiMessages, RowForm::kShareGpt}) {
    DecodeAll(whole.first, form);
  }
  return 0;
}
