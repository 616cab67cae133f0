#include "common/engine/identity_json.h"

#include "common/engine/one_line.h"

namespace specctl {

IdentityJson::IdentityJson(std::string_view body)
    : parser_(std::make_unique<simdjson::dom::parser>()) {
  simdjson::dom::element root;
  if (!parser_->parse(simdjson::padded_string(body)).get(root)) root_ = root;
}

simdjson::simdjson_result<simdjson::dom::element> IdentityJson::At(std::string_view place) const {
  if (!root_) return simdjson::NO_SUCH_FIELD;
  return root_->at_pointer(place);
}

bool IdentityJson::Has(std::string_view place) const {
  return At(place).error() == simdjson::SUCCESS;
}

bool IdentityJson::IsNull(std::string_view place) const {
  const auto found = At(place);
  return found.error() == simdjson::SUCCESS && found.is_null();
}

bool IdentityJson::IsTrue(std::string_view place) const {
  bool value = false;
  return !At(place).get(value) && value;
}

std::string IdentityJson::Text(std::string_view place) const {
  std::string_view text;
  return At(place).get(text) ? "" : OneLine(text, kTextBytesMax);
}

std::optional<uint32_t> IdentityJson::Number(std::string_view place) const {
  uint64_t number = 0;
  if (At(place).get(number) || number == 0 || number > kNumberMax) return std::nullopt;
  return static_cast<uint32_t>(number);
}

std::string DrafterText(std::string model, std::string_view revision) {
  if (!model.empty() && !revision.empty()) model.append("@").append(revision);
  return model;
}

void AddParallelism(std::string_view name, std::optional<uint32_t> n, std::string& list) {
  if (n.value_or(1) <= 1) return;
  if (!list.empty()) list += ' ';
  list.append(name).append("=").append(std::to_string(*n));
}

}  // namespace specctl
