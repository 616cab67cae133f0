#include "common/analysis/token_books.h"

#include <algorithm>

namespace specctl {
namespace {

// No step, and no few that were merged, is longer.
constexpr uint64_t kChunkTokensMax = 64;

bool IsAboveMax(uint64_t total, const OpenRequest& request, const RequestFinished& finish) {
  if (!finish.max_tokens || total <= *finish.max_tokens) return false;
  // A server that ignores max_tokens delivers what it counts.
  return total > kChunkTokensMax * std::max<uint64_t>(request.chunks, 1);
}

uint64_t TailMax(TokenSource source) {
  const bool shown = source == TokenSource::kContinuousUsage || source == TokenSource::kTimings;
  // With these the server itself shows what came with the last event; otherwise only the end of
  // sequence may be in the total and in no chunk.
  return shown ? UINT64_MAX : 1;
}

}  // namespace

TokenCount CountTokens(const OpenRequest& request, const RequestFinished& finish) {
  TokenCount count{.fault = finish.token_fault};
  const bool chunks_known = request.unknown_chunks == 0;
  const uint64_t counted = request.counted_tokens;
  const bool above_max = finish.output_tokens && IsAboveMax(*finish.output_tokens, request, finish);
  // A total that can't be right is not believed; the chunks are, where they tell.
  if (finish.output_tokens && !above_max) {
    count.total = finish.output_tokens;
  } else if (chunks_known) {
    count.total = counted;
  }
  if (above_max && count.fault == TokenFault::kNone) count.fault = TokenFault::kAboveMaxTokens;
  if (count.fault != TokenFault::kNone) {
    // With a fault none of its tokens has a place.
    count.apart = std::max({count.total.value_or(0), counted, uint64_t{1}});
    return count;
  }
  // Only one of the two is known: there is nothing to hold it against.
  if (!finish.output_tokens || !chunks_known) return count;
  const uint64_t total = *finish.output_tokens;
  if (total > counted && total - counted <= TailMax(finish.token_source)) {
    count.tail = total - counted;
  } else {
    count.apart = std::max(total, counted) - std::min(total, counted);
  }
  return count;
}

TokenBooks BooksOf(std::span<const SettledRequest* const> requests) {
  TokenBooks books;
  for (const SettledRequest* request : requests) {
    books.by_chunks += request->counted_tokens;
    books.by_totals += request->output_tokens.value_or(0);
    if (request->chunks_unknown) {
      ++books.responses_of_unknown_chunks;
    } else if (!request->unattributed) {
      const uint32_t total = request->output_tokens.value_or(0);
      books.tail += total - std::min(total, request->counted_tokens);
    }
    if (!request->unattributed) continue;
    ++books.responses_apart;
    books.apart += request->apart_tokens;
    ++books.faults.at(static_cast<size_t>(request->token_fault));
  }
  return books;
}

}  // namespace specctl
