// RowDecoder: one row of a dataset, as JSON text -> Conversation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/conversation.h"
#include "common/dataset/row_form.h"
#include "common/dataset/token_header.h"

namespace specctl {

// What to decode rows as.
struct RowDecoderOptions {
  std::optional<RowForm> form;  // nullopt: the first row decides
  // Take `messages` of users alone for turns, also where no other column says that they are
  // SPEED-Bench's.
  bool named_speed_bench = false;
  // Ends the error for a row that holds SPEED-Bench's placeholder: what to run.
  std::string preparation;
};

// Decodes the rows of one file, which all have one form.
//
// Of every form: `question_id` (else `prompt_id`, `id`, `session_id`; a number becomes a string;
// else a hash of the turns), `category`, `sub_category`, `max_tokens` (else
// `max_completion_tokens`, `output_length`), and the request fields of row_fields.h.  All other
// keys are the user's own and are not sent; a note names them.
//
// `messages` of users alone are turns where the row has a `question_id` and a `category`, as
// SPEED-Bench's prepared rows have; else one request.
//
// Not thread-safe.
class RowDecoder {
 public:
  explicit RowDecoder(RowDecoderOptions options);
  ~RowDecoder();

  // nullopt: the row is left out, and counted in a note (ShareGPT's rows without a human turn); or
  // it is the first, and tells what made the token ids of the others.
  // Conversation::line is left 0.  Errors say what is wrong with the row, not where it is:
  // INVALID_ARGUMENT     not UTF-8; not JSON; no turns; a field of the wrong type; what could be
  // read
  //                      in two ways (row_ambiguity.h)
  // FAILED_PRECONDITION  SPEED-Bench's placeholder in place of a text
  absl::StatusOr<std::optional<Conversation>> Decode(std::string_view row);

  // The form of the rows: as given, else of the first row; nullopt before it.
  std::optional<RowForm> form() const;
  // What made the token ids, where the first row told it.
  const std::optional<TokenHeader>& token_header() const;
  // What the user should know of the rows decoded so far; one sentence each.
  std::vector<std::string> Notes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Begins every text of SPEED-Bench that has to be fetched from its source.
inline constexpr std::string_view kSpeedBenchPlaceholder =
    "FULL BENCHMARK DATA SHOULD BE FETCHED FROM THE SOURCE USING SPECDEC_BENCH";

}  // namespace specctl
