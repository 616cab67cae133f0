// Whether a response's numbers of tokens agree: what its chunks carried, the server's total, and at
// most max_tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/analysis/open_request.h"
#include "common/analysis/request_books.h"
#include "common/analysis/settled_request.h"
#include "common/journal/event.h"

namespace specctl {

struct TokenCount {
  // The server's, where it is plausible; else the sum over chunks where all are known.
  std::optional<uint64_t> total;
  // Tokens that came behind the last chunk (an end of sequence, text held back for a stop string):
  // they count where the response ends.
  uint64_t tail = 0;
  uint64_t apart = 0;  // tokens that chunks and total disagree about
  TokenFault fault = TokenFault::kNone;
  // Its tokens can't be given to its chunks.
  bool unattributed() const { return apart > 0; }
};

// Behind the last chunk there may be what per-chunk usage or timings show there; without these one
// token, the end of sequence.  A total is implausible where it is above max_tokens and no chunks
// bear it out.  With a fault, all of its tokens are apart.
TokenCount CountTokens(const OpenRequest& request, const RequestFinished& finish);

// Over requests of all outcomes.
TokenBooks BooksOf(std::span<const SettledRequest* const> requests);

}  // namespace specctl
