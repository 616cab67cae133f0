// Reads what a server says of itself out of the JSON that it answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace specctl {

// Places are JSON pointers (RFC 6901), e.g. "/vllm_config/speculative_config/method".  What is not
// there, or of another type, is empty; so is everything of a body that is no JSON.
class IdentityJson {
 public:
  static constexpr uint64_t kNumberMax = 10'000;  // more is no draft length and no rank count

  explicit IdentityJson(std::string_view body);

  bool Has(std::string_view place) const;  // null counts as there
  bool IsNull(std::string_view place) const;
  bool IsTrue(std::string_view place) const;
  // One line, at most kTextBytesMax.
  std::string Text(std::string_view place) const;
  // Of 1..kNumberMax.
  std::optional<uint32_t> Number(std::string_view place) const;

 private:
  static constexpr size_t kTextBytesMax = 120;
  simdjson::simdjson_result<simdjson::dom::element> At(std::string_view place) const;

  std::unique_ptr<simdjson::dom::parser> parser_;  // owns the elements
  std::optional<simdjson::dom::element> root_;
};

// "model" or "model@revision".
std::string DrafterText(std::string model, std::string_view revision);
// Adds "name=n" to a list like "tp=8 dp=2" where n is above 1.
void AddParallelism(std::string_view name, std::optional<uint32_t> n, std::string& list);

}  // namespace specctl
