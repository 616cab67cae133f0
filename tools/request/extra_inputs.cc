#include "tools/request/extra_inputs.h"

#include <limits>
#include <string>

#include <absl/strings/match.h>
#include <absl/strings/str_format.h>
#include <boost/json.hpp>

#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

using controller::MeasureRequest;

constexpr std::string_view kFlag = "--extra-inputs";

// A "k:v" is a field k whose value is JSON where v is, else a string.
absl::Status MergeExtra(const std::string& text, boost::json::object& fields) {
  boost::json::error_code error;
  if (absl::StartsWith(text, "{")) {
    const auto parsed = boost::json::parse(text, error);
    if (error || !parsed.is_object()) {
      return BadFlag(kFlag, absl::StrFormat("not a JSON object: %s", text));
    }
    for (const auto& [key, value] : parsed.as_object()) fields[key] = value;
    return absl::OkStatus();
  }
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return BadFlag(kFlag, absl::StrFormat("need k:v or a JSON object, got \"%s\"", text));
  }
  const std::string value = text.substr(colon + 1);
  const auto parsed = boost::json::parse(value, error);
  // top_k:20 is a number, stop:END a string, without quotes that the shell would eat.
  fields[text.substr(0, colon)] = error ? boost::json::value(value) : parsed;
  return absl::OkStatus();
}

absl::Status Needs(std::string_view key, std::string_view what, const boost::json::value& value) {
  return BadFlag(kFlag,
                 absl::StrFormat("%s: need %s, got %s", key, what, boost::json::serialize(value)));
}

absl::Status Against(std::string_view key, std::string_view flag) {
  return BadFlag(kFlag, absl::StrFormat("%s contradicts %s: give only one of them", key, flag));
}

// The model can't stay among the fields, where it would override a row's own.
absl::Status TakeModel(const RequestFlags& flags, boost::json::object& fields,
                       RequestSpec& request) {
  const auto found = fields.find("model");
  if (found == fields.end()) return absl::OkStatus();
  if (!found->value().is_string() || found->value().as_string().empty()) {
    return Needs("model", "a name", found->value());
  }
  const std::string model(found->value().as_string());
  if (flags.IsGiven("--model") && request.model != model) return Against("model", "--model");
  if (flags.IsGiven("--model-mix")) return Against("model", "--model-mix");
  request.model = model;
  fields.erase(found);
  return absl::OkStatus();
}

absl::Status TakeLimit(std::string_view key, const RequestFlags& flags,
                       const boost::json::object& fields, MeasureRequest& request) {
  const auto found = fields.find(key);
  if (found == fields.end()) return absl::OkStatus();
  constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
  const boost::json::value& value = found->value();
  // Engines take 32 bits with a sign.
  const bool fits = value.is_int64() && value.as_int64() >= 1 && value.as_int64() <= kMax;
  if (!fits) return Needs(key, absl::StrFormat("a whole number from 1 to %d", kMax), value);
  const auto tokens = static_cast<uint32_t>(value.as_int64());
  if (flags.IsGiven("--osl") && request.osl_tokens != tokens) return Against(key, "--osl");
  request.osl_tokens = tokens;
  return absl::OkStatus();
}

absl::Status TakeTemperature(const RequestFlags& flags, const boost::json::object& fields,
                             MeasureRequest& request) {
  const auto found = fields.find("temperature");
  if (found == fields.end()) return absl::OkStatus();
  boost::json::error_code error;
  const auto number = found->value().to_number<double>(error);
  if (error || number < 0) return Needs("temperature", "a number of at least 0", found->value());
  if (flags.IsGiven("--temperature") && request.spec.request.temperature != number) {
    return Against("temperature", "--temperature");
  }
  request.spec.request.temperature = number;
  request.temperature_given = true;
  return absl::OkStatus();
}

absl::Status TakeIgnoreEos(const RequestFlags& flags, const boost::json::object& fields,
                           RequestSpec& request) {
  const auto found = fields.find("ignore_eos");
  if (found == fields.end()) return absl::OkStatus();
  if (!found->value().is_bool()) return Needs("ignore_eos", "true or false", found->value());
  const bool ignore = found->value().as_bool();
  if (flags.IsGiven("--ignore-eos") && request.ignore_eos != ignore)
    return Against("ignore_eos", "--ignore-eos");
  request.ignore_eos = ignore;
  return absl::OkStatus();
}

}  // namespace

absl::Status TakeExtraInputs(const std::vector<std::string>& texts, const RequestFlags& flags,
                             MeasureRequest& request) {
  RequestSpec& asked = request.spec.request;
  boost::json::object fields;
  if (texts.empty() && !asked.extra_inputs_json.empty()) {  // of --like
    if (auto merged = MergeExtra(asked.extra_inputs_json, fields); !merged.ok()) return merged;
  }
  for (const std::string& text : texts) {
    if (auto merged = MergeExtra(text, fields); !merged.ok()) return merged;
  }
  // Fields that have flags of their own go into the spec, where the run's books look for them.
  if (auto taken = TakeModel(flags, fields, asked); !taken.ok()) return taken;
  for (const std::string_view key : {"max_tokens", "max_completion_tokens", "max_new_tokens"}) {
    // The last is SGLang's own name, which other routes do not know.
    if (key == "max_new_tokens" && asked.endpoint != Endpoint::kGenerate) continue;
    if (auto taken = TakeLimit(key, flags, fields, request); !taken.ok()) return taken;
  }
  if (auto taken = TakeTemperature(flags, fields, request); !taken.ok()) return taken;
  if (auto taken = TakeIgnoreEos(flags, fields, asked); !taken.ok()) return taken;
  // Written anew: the merged fields, each key once.
  asked.extra_inputs_json = fields.empty() ? "" : boost::json::serialize(fields);
  return absl::OkStatus();
}

}  // namespace specctl::cli
