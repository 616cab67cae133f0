#include "common/dataset/row_decoder.h"

#include <algorithm>
#include <set>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <simdjson.h>

#include "common/base/hash.h"
#include "common/base/printable.h"
#include "common/dataset/big_integers.h"
#include "common/dataset/dataset_name.h"
#include "common/dataset/row_ambiguity.h"
#include "common/dataset/row_fields.h"
#include "common/dataset/row_syntax.h"
#include "common/dataset/row_turns.h"
#include "common/dataset/token_header.h"

namespace specctl {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kNamedKeysMax = 8;

// Has `key` with a value: a column that is null in this row is none.
bool Has(object row, std::string_view key) {
  element value;
  return row.at_key(key).get(value) == simdjson::SUCCESS && !value.is_null();
}

std::string KeysOf(object row) {
  std::vector<std::string> keys;
  for (const auto& field : row) {
    if (keys.size() == kNamedKeysMax) {
      keys.emplace_back("...");
      break;
    }
    keys.push_back(Printable(field.key.substr(0, 40)));
    if (field.value.is_null()) keys.back() += " (null)";
  }
  return keys.empty() ? "none" : absl::StrJoin(keys, ", ");
}

absl::StatusOr<RowForm> DetectForm(object row, bool named_speed_bench) {
  if (Has(row, "messages")) {
    // Both are in what prepare.py writes; a logged request hardly ever has them.
    const bool prepared = named_speed_bench || (Has(row, "question_id") && Has(row, "category"));
    const bool turns = prepared && HasOnlyUserMessages(row);
    return turns ? RowForm::kSpeedBenchMessages : RowForm::kOpenAiMessages;
  }
  // The first that has a value decides; CheckOneText refuses rows whose fields differ.
  if (Has(row, "turns")) return RowForm::kTurns;
  if (Has(row, "conversations")) return RowForm::kShareGpt;
  if (Has(row, "prompt") || Has(row, "text")) return RowForm::kPrompt;
  if (Has(row, "token_pieces")) return RowForm::kTokenPieces;
  return absl::InvalidArgumentError(
      absl::StrFormat("no turns: need one of the keys messages, turns, prompt, text, "
                      "conversations, token_pieces; got %s",
                      KeysOf(row)));
}

std::string HashOf(const Turns& turns) {
  std::string text;
  for (const std::vector<Message>& turn : turns) {
    for (const Message& message : turn) {
      text += absl::StrFormat("%s\n%d\n%s%s\n", message.role,
                              message.content.size() + message.raw_json.size(), message.content,
                              message.raw_json);
      if (!message.token_ids.empty()) text += absl::StrJoin(message.token_ids, ",") + "\n";
    }
  }
  return Sha256Hex(text).substr(0, 32);  // as long as SPEED-Bench's ids
}

bool HoldsPlaceholder(const std::vector<Message>& turn) {
  return std::any_of(turn.begin(), turn.end(), [](const Message& message) {
    return message.content.starts_with(kSpeedBenchPlaceholder);
  });
}

bool IsUserTraffic(RowForm form) {
  return form == RowForm::kPrompt || form == RowForm::kOpenAiMessages || form == RowForm::kShareGpt;
}

}  // namespace

class RowDecoder::Impl {
 public:
  explicit Impl(RowDecoderOptions options) : options_(std::move(options)), form_(options_.form) {}

  absl::StatusOr<std::optional<Conversation>> Decode(std::string_view row) {
    const absl::StatusOr<object> fields = Parse(row);
    if (!fields.ok()) return fields.status();
    if (!std::exchange(any_row_, true) && IsTokenHeader(*fields)) return TakeHeader(*fields);
    if (!form_) {
      const absl::StatusOr<RowForm> form = DetectForm(*fields, options_.named_speed_bench);
      if (!form.ok()) return form.status();
      form_ = *form;
    }
    if (absl::Status keys = CheckKeys(*fields); !keys.ok()) return keys;
    // Who chose a form has chosen which field is sent.
    if (!options_.form && !options_.named_speed_bench) {
      if (absl::Status one = CheckOneText(*fields); !one.ok()) return one;
    }
    absl::StatusOr<Turns> turns = TurnsOf(*fields, *form_);
    if (!turns.ok()) return Explained(turns.status());
    // ShareGPT's dumps have many such rows: counted for the notes, not an error.
    if (turns->empty()) {
      ++left_out_;
      return std::optional<Conversation>();
    }
    if (absl::Status resolved = CheckResolved(*turns); !resolved.ok()) return resolved;
    if (absl::Status known = CheckIds(*turns); !known.ok()) return known;
    // Benchmarks' rows have columns of their own, which nobody expects to be sent.
    if (IsUserTraffic(*form_)) Count(*fields, *turns);
    return Assemble(*fields, *std::move(turns));
  }

  std::optional<RowForm> form() const { return form_; }
  const std::optional<TokenHeader>& token_header() const { return header_; }

  std::vector<std::string> Notes() const {
    std::vector<std::string> notes;
    if (left_out_ > 0) {
      notes.push_back(absl::StrFormat(
          "%d rows are skipped: no human turn, or a speaker other than system, human and gpt",
          left_out_));
    }
    if (answers_ > 0) {
      notes.push_back(absl::StrFormat(
          "%d rows end with an assistant message, which is not sent: it is the logged answer",
          answers_));
    }
    if (joined_ > 0) {
      notes.push_back(
          absl::StrFormat("%d rows hold several user messages and no others, and are sent as one "
                          "request each; --dataset-format speed_bench_messages sends them as turns",
                          joined_));
    }
    if (!unsent_.empty()) {
      notes.push_back(
          absl::StrFormat("row keys that are not sent: %s%s; put request fields that specctl "
                          "doesn't know into an object \"extra\"",
                          absl::StrJoin(unsent_, ", "), more_unsent_ ? ", ..." : ""));
    }
    return notes;
  }

 private:
  absl::StatusOr<object> Parse(std::string_view row) {
    // The parser would refuse it, too, but not say that it is the encoding.
    if (!simdjson::validate_utf8(row.data(), row.size())) {
      return absl::InvalidArgumentError(
          "the row is not UTF-8; convert the file, e.g. with iconv -f LATIN1 -t UTF-8");
    }
    element value;
    auto error = parser_.parse(row.data(), row.size()).get(value);
    // Only then: marking copies the row, and hardly any file needs it.
    if (error == simdjson::NUMBER_ERROR) {
      error = parser_.parse(MarkBigIntegers(row)).get(value);
    }
    if (error != simdjson::SUCCESS) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the row is not JSON: %s", WhyNotJson(row)));
    }
    object fields;
    if (value.get(fields) != simdjson::SUCCESS) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the row is not a JSON object but %s", std::string(TypeOf(value))));
    }
    return fields;
  }

  // Where the first row set the form, the user should know that it did.
  absl::Status Explained(const absl::Status& error) const {
    if (options_.form) return error;
    return absl::Status(
        error.code(),
        absl::StrFormat("%s (rows of this file are read as %s; --dataset-format overrides this)",
                        std::string(error.message()), std::string(NameOf(*form_))));
  }

  absl::Status CheckResolved(const Turns& turns) const {
    const auto found = std::find_if(turns.begin(), turns.end(), HoldsPlaceholder);
    if (found == turns.end()) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrFormat("turn %d still holds SPEED-Bench's placeholder instead of its text; %s",
                        found - turns.begin() + 1, options_.preparation));
  }

  absl::StatusOr<std::optional<Conversation>> TakeHeader(object row) {
    auto header = ParseTokenHeader(row);
    if (!header.ok()) return header.status();
    header_ = *std::move(header);
    return std::optional<Conversation>();
  }

  // An id that the tokenizer does not have was not made by it.
  absl::Status CheckIds(const Turns& turns) const {
    if (*form_ != RowForm::kTokenPieces || !header_ || header_->vocab_tokens == 0) {
      return absl::OkStatus();
    }
    for (const std::vector<Message>& turn : turns) {
      const auto& ids = turn.front().token_ids;
      const auto most = std::max_element(ids.begin(), ids.end());
      if (*most < header_->vocab_tokens) continue;
      return absl::InvalidArgumentError(
          absl::StrFormat("token id %d is outside the vocabulary of %s, which has %d tokens", *most,
                          header_->tokenizer, header_->vocab_tokens));
    }
    return absl::OkStatus();
  }

  void Count(object row, const Turns& turns) {
    for (const auto& field : row) {
      if (IsRowField(field.key) || IsTurnsField(field.key)) continue;
      // Bounded: a file may have a new key in every row.
      if (unsent_.size() < kNamedKeysMax) {
        unsent_.insert(Printable(field.key.substr(0, 40)));
      } else if (!unsent_.contains(Printable(field.key.substr(0, 40)))) {
        more_unsent_ = true;
      }
    }
    if (*form_ != RowForm::kOpenAiMessages) return;
    // Final answers were cut off, so the turn is shorter than the row.
    if (row["messages"].get_array().size() > turns.front().size()) ++answers_;
    if (turns.front().size() > 1 && HasOnlyUserMessages(row)) ++joined_;
  }

  static absl::StatusOr<std::optional<Conversation>> Assemble(object row, Turns turns) {
    absl::StatusOr<std::string> category = OptionalText(row, "category");
    if (!category.ok()) return category.status();
    absl::StatusOr<std::string> sub_category = OptionalText(row, "sub_category");
    if (!sub_category.ok()) return sub_category.status();
    absl::StatusOr<std::string> model = OptionalText(row, "model");
    if (!model.ok()) return model.status();
    const absl::StatusOr<std::optional<uint32_t>> max_tokens = MaxTokensOf(row);
    if (!max_tokens.ok()) return max_tokens.status();
    absl::StatusOr<std::string> extra = ExtraJsonOf(row);
    if (!extra.ok()) return extra.status();
    std::string question_id = QuestionIdOf(row);
    // Results go by question: the same text gets the same id in every run.
    if (question_id.empty()) question_id = HashOf(turns);
    return std::optional(Conversation{.question_id = std::move(question_id),
                                      .category = *category,
                                      .sub_category = *std::move(sub_category),
                                      .difficulty = DifficultyOf(row),
                                      .tier = IsEntropyTier(*category) ? *category : "",
                                      .turns = std::move(turns),
                                      .max_tokens = *max_tokens,
                                      .model = *std::move(model),
                                      .extra_json = *std::move(extra),
                                      .line = 0});
  }

  const RowDecoderOptions options_;
  std::optional<RowForm> form_;
  bool any_row_ = false;
  std::optional<TokenHeader> header_;
  simdjson::dom::parser parser_;
  uint64_t left_out_ = 0;
  uint64_t answers_ = 0;
  uint64_t joined_ = 0;
  std::set<std::string> unsent_;  // a few names
  bool more_unsent_ = false;
};

RowDecoder::RowDecoder(RowDecoderOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
RowDecoder::~RowDecoder() = default;

absl::StatusOr<std::optional<Conversation>> RowDecoder::Decode(std::string_view row) {
  return impl_->Decode(row);
}
std::optional<RowForm> RowDecoder::form() const { return impl_->form(); }
const std::optional<TokenHeader>& RowDecoder::token_header() const { return impl_->token_header(); }
std::vector<std::string> RowDecoder::Notes() const { return impl_->Notes(); }

}  // namespace specctl
