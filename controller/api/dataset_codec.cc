#include "controller/api/dataset_codec.h"

#include <algorithm>
#include <utility>

#include "common/dataset/dataset_locator.h"
#include "common/journal/enum_codec.h"
#include "common/journal/spec_codec.h"
#include "common/session/turn_codec.h"

namespace specctl::controller {
namespace {

v1::DatasetConversation EncodeConversation(const Conversation& from) {
  v1::DatasetConversation out;
  out.set_question_id(from.question_id);
  out.set_category(from.category);
  out.set_sub_category(from.sub_category);
  out.set_difficulty(from.difficulty);
  out.set_tier(from.tier);
  EncodeTurns(from.turns, *out.mutable_turns());
  if (from.max_tokens) out.set_max_tokens(*from.max_tokens);
  out.set_model(from.model);
  out.set_extra_json(from.extra_json);
  out.set_line(from.line);
  return out;
}

Conversation DecodeConversation(v1::DatasetConversation& from) {
  Conversation out;
  out.question_id = from.question_id();
  out.category = from.category();
  out.sub_category = from.sub_category();
  out.difficulty = from.difficulty();
  out.tier = from.tier();
  out.turns = DecodeTurns(*from.mutable_turns());
  if (from.has_max_tokens()) out.max_tokens = from.max_tokens();
  out.model = from.model();
  out.extra_json = from.extra_json();
  out.line = from.line();
  return out;
}

}  // namespace

// The identity's own codec is the spec's.
v1::DatasetIdentity EncodeIdentity(const DatasetIdentity& identity) {
  RunSpec spec;
  spec.dataset = identity;
  return SpecToProto(spec).dataset();
}

DatasetIdentity DecodeIdentity(const v1::DatasetIdentity& identity) {
  v1::RunSpec spec;
  *spec.mutable_dataset() = identity;
  return SpecFromProto(spec).dataset;
}

v1::UploadedDataset EncodeUploaded(const Dataset& dataset) {
  v1::UploadedDataset out;
  *out.mutable_identity() = EncodeIdentity(dataset.identity);
  out.set_family(EnumToProto<v1::DatasetFamily>(dataset.family));
  for (const Conversation& conversation : dataset.conversations) {
    *out.add_conversations() = EncodeConversation(conversation);
  }
  out.mutable_notes()->Add(dataset.notes.begin(), dataset.notes.end());
  out.mutable_reply_end_ids()->Add(dataset.reply_end_ids.begin(), dataset.reply_end_ids.end());
  return out;
}

absl::StatusOr<Dataset> DecodeUploaded(v1::UploadedDataset& from) {
  Dataset out;
  out.identity = DecodeIdentity(from.identity());
  out.family = EnumFromProto<DatasetFamily>(from.family());
  out.reply_end_ids.assign(from.reply_end_ids().begin(), from.reply_end_ids().end());
  for (v1::DatasetConversation& conversation : *from.mutable_conversations()) {
    out.conversations.push_back(DecodeConversation(conversation));
    const Turns& turns = out.conversations.back().turns;
    const bool whole =
        !turns.empty() &&
        std::none_of(turns.begin(), turns.end(), [](const auto& turn) { return turn.empty(); });
    if (!whole) return absl::InvalidArgumentError("order: a conversation without a message");
  }
  if (out.conversations.empty()) return absl::InvalidArgumentError("order: it has no prompts");
  out.notes = {from.notes().begin(), from.notes().end()};
  return out;
}

v1::NamedDataset EncodeNamed(const DatasetRequest& request) {
  v1::NamedDataset out;
  out.set_dataset(request.dataset);
  out.set_file(request.file);
  if (request.form) out.set_form(EnumToProto<v1::RowForm>(*request.form));
  out.set_builtin_seed(request.builtin_seed);
  return out;
}

DatasetRequest DecodeNamed(const v1::NamedDataset& from) {
  DatasetRequest out;
  out.dataset = from.dataset();
  out.file = from.file();
  if (from.form() != v1::ROW_FORM_UNSPECIFIED) out.form = EnumFromProto<RowForm>(from.form());
  out.search_dirs = DatasetSearchDirs("");
  out.builtin_seed = from.builtin_seed();
  return out;
}

}  // namespace specctl::controller
