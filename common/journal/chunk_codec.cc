#include "common/journal/chunk_codec.h"

#include <absl/strings/str_format.h>

#include <array>

#include "common/base/varint.h"

namespace specctl {
namespace {

constexpr uint8_t kTokensMask = 0x1f;
constexpr uint8_t kTokensFollow = 30;
constexpr uint8_t kTokensUnknown = 31;
constexpr uint8_t kReasoningBit = 1 << 5;
constexpr uint8_t kInexactBit = 1 << 6;
constexpr uint8_t kSameStepBit = 1 << 7;

// Differences are taken modulo 2^64, so that foreign bytes can't overflow.
int64_t AddWrapping(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t SubtractWrapping(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

}  // namespace

void ChunkRunEncoder::Reset(int64_t base_us) {
  records_.resize(0);  // clear() would give the memory back
  count_ = 0;
  last_us_ = base_us;
  last_delta_us_ = 0;
}

void ChunkRunEncoder::AppendRecord(const ChunkRecord& record) {
  const int64_t delta = SubtractWrapping(record.arrival_us, last_us_);
  std::array<char, 3 * kVarintBytesMax + 1> encoded;
  // A stream's gaps are nearly equal: their changes take a byte or two.
  char* end = PutVarint(ZigZag(SubtractWrapping(delta, last_delta_us_)), encoded.data());
  last_us_ = record.arrival_us;
  // The first one is from the batch's base, and says nothing of the next.
  if (count_ > 0) last_delta_us_ = delta;
  ++count_;

  // Few chunks have 30 tokens or more: theirs follow in bytes of their own.
  const bool follow = record.tokens && *record.tokens >= kTokensFollow;
  uint8_t flags = kTokensUnknown;
  if (record.tokens) flags = follow ? kTokensFollow : static_cast<uint8_t>(*record.tokens);
  if (record.reasoning) flags |= kReasoningBit;
  if (record.uncertainty_us > 0) flags |= kInexactBit;
  if (record.same_step) flags |= kSameStepBit;
  *end++ = static_cast<char>(flags);
  if (follow) end = PutVarint(*record.tokens, end);
  if (record.uncertainty_us > 0) end = PutVarint(record.uncertainty_us, end);
  records_.insert(records_.end(), encoded.data(), end);
}

void ChunkRunEncoder::AppendSection(uint64_t ordinal, uint64_t previous_ordinal,
                                    std::string& out) const {
  // Sections are in the order of ordinals, so that the difference is small.
  AppendVarint(ordinal - previous_ordinal, out);
  AppendVarint(count_, out);
  out.append(records_.data(), records_.size());
}

bool ChunkSectionReader::Fail(std::string_view reason) {
  status_ = absl::DataLossError(absl::StrFormat("chunks: %s", reason));
  // Nothing more can be trusted: the next call ends, too.
  rest_ = {};
  left_ = 0;
  return false;
}

bool ChunkSectionReader::NextSection() {
  ChunkRecord skipped;
  // Records have no length: what the caller left is read to find the next section.
  while (left_ > 0 && NextRecord(skipped)) {
  }
  if (!status_.ok() || rest_.empty()) return false;
  const auto step = TakeVarint(rest_);
  const auto count = step ? TakeVarint(rest_) : std::nullopt;
  if (!count) return Fail("a section's head is cut short");
  // The first ordinal may be 0; later ones are above it.
  if (!first_ && *step == 0) return Fail("a request has two sections");
  // Two bytes are the least that a record takes.
  if (*count > rest_.size() / 2) return Fail("a section is cut short");
  first_ = false;
  ordinal_ += *step;
  records_ = left_ = *count;
  // Each section stands alone: its first record counts from the batch's base.
  last_us_ = base_us_;
  last_delta_us_ = 0;
  return true;
}

bool ChunkSectionReader::NextRecord(ChunkRecord& record) {
  if (left_ == 0) return false;
  const auto time = TakeVarint(rest_);
  if (!time || rest_.empty()) return Fail("a record is cut short");
  const auto flags = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  const int64_t delta = AddWrapping(UnZigZag(*time), last_delta_us_);
  last_us_ = AddWrapping(last_us_, delta);
  // As the encoder: the first record's difference is from the base, and no gap.
  if (left_ < records_) last_delta_us_ = delta;
  --left_;
  record.arrival_us = last_us_;
  record.reasoning = (flags & kReasoningBit) != 0;
  record.same_step = (flags & kSameStepBit) != 0;

  const uint8_t tokens = flags & kTokensMask;
  record.tokens = tokens;
  if (tokens == kTokensUnknown) {
    record.tokens.reset();
  } else if (tokens == kTokensFollow) {
    const auto more = TakeVarint(rest_);
    if (!more || *more > UINT32_MAX) return Fail("a record's tokens are cut short or too many");
    record.tokens = static_cast<uint32_t>(*more);
  }
  record.uncertainty_us = 0;
  if (flags & kInexactBit) {
    const auto uncertainty = TakeVarint(rest_);
    if (!uncertainty) return Fail("a record's uncertainty is cut short");
    record.uncertainty_us = *uncertainty;
  }
  return true;
}

}  // namespace specctl
