#include "tools/request/request_flags.h"

#include <algorithm>

#include "tools/flags/whole_number.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

using flags::WholeNumber;

std::string FirstName(const FlagText& text) { return text.names.substr(0, text.names.find(',')); }

}  // namespace

// --- declaring ----------------------------------------------------------------------------------

CLI::Option* RequestFlags::Grouped(const FlagText& text, CLI::Option* option) {
  return text.group ? option->group(*text.group) : option;
}

template <class T>
std::shared_ptr<std::optional<T>> RequestFlags::Keep(const FlagText& text) {
  // Shared: CLI11 writes into it when it parses, the step reads it afterwards.
  auto value = std::make_shared<std::optional<T>>();
  given_.emplace_back(FirstName(text), [value] { return value->has_value(); });
  return value;
}

template <class T>
void RequestFlags::WhereGiven(std::shared_ptr<const std::optional<T>> value,
                              std::function<absl::Status(Request&, const T&)> apply) {
  Then([value = std::move(value), apply = std::move(apply)](const Surroundings&, Request& request) {
    return *value ? apply(request, **value) : absl::OkStatus();
  });
}

RequestFlags::Given<uint64_t> RequestFlags::NumberForStep(const FlagText& text, uint64_t min,
                                                          uint64_t max) {
  auto value = Keep<uint64_t>(text);
  Grouped(text, app_.add_option(text.names, *value, text.about)->transform(WholeNumber(min, max)));
  return value;
}

RequestFlags::Given<std::string> RequestFlags::TextForStep(const FlagText& text) {
  auto value = Keep<std::string>(text);
  Grouped(text, app_.add_option(text.names, *value, text.about));
  return value;
}

RequestFlags::Given<bool> RequestFlags::SwitchForStep(const FlagText& text) {
  auto value = Keep<bool>(text);
  // Not add_flag(), which would set an optional to false where the flag is not given.
  const auto take = [value](int64_t times) { *value = times > 0; };
  Grouped(text, app_.add_flag_function(text.names, take, text.about));
  return value;
}

RequestFlags::GivenList RequestFlags::ListForStep(const FlagText& text, ListForm form) {
  auto values = std::make_shared<std::vector<std::string>>();
  // Asked only after parsing, when the list is filled.
  given_.emplace_back(FirstName(text), [values] { return !values->empty(); });
  CLI::Option* option = Grouped(text, app_.add_option(text.names, *values, text.about));
  if (form.delimiter != '\0') option->delimiter(form.delimiter);
  // Positional URLs may follow: the list must not take them.
  if (!form.spaces) option->allow_extra_args(false);
  return values;
}

void RequestFlags::Number(const FlagText& text, uint64_t min, uint64_t max,
                          std::function<void(Request&, uint64_t)> apply) {
  WhereGiven<uint64_t>(NumberForStep(text, min, max),
                       [apply = std::move(apply)](Request& request, uint64_t number) {
                         apply(request, number);
                         return absl::OkStatus();
                       });
}

void RequestFlags::Text(const FlagText& text,
                        std::function<absl::Status(Request&, const std::string&)> apply) {
  WhereGiven<std::string>(TextForStep(text), std::move(apply));
}

void RequestFlags::Choice(const FlagText& text, const std::vector<std::string>& values,
                          std::function<void(Request&, const std::string&)> apply) {
  auto value = Keep<std::string>(text);
  Grouped(text, app_.add_option(text.names, *value, text.about)->check(CLI::IsMember(values)));
  WhereGiven<std::string>(std::move(value),
                          [apply = std::move(apply)](Request& request, const std::string& chosen) {
                            apply(request, chosen);
                            return absl::OkStatus();
                          });
}

void RequestFlags::Time(const FlagText& text, Nanos& (*field)(Request&)) {
  Text(text, [name = FirstName(text), field](Request& request, const std::string& time) {
    return TakeDuration(name, time, field(request));
  });
}

void RequestFlags::TimeAboveZero(const FlagText& text, Nanos& (*field)(Request&)) {
  Text(text, [name = FirstName(text), field](Request& request, const std::string& time) {
    return TakeTimeout(name, time, field(request));
  });
}

void RequestFlags::Switch(const FlagText& text, bool& (*field)(Request&)) {
  WhereGiven<bool>(SwitchForStep(text), [field](Request& request, bool on) {
    field(request) = on;
    return absl::OkStatus();
  });
}

void RequestFlags::Mark(const FlagText& text, std::function<void(Request&)> apply) {
  WhereGiven<bool>(SwitchForStep(text), [apply = std::move(apply)](Request& request, bool on) {
    if (on) apply(request);
    return absl::OkStatus();
  });
}

// --- applying -----------------------------------------------------------------------------------

bool RequestFlags::IsGiven(std::string_view name) const {
  return std::any_of(given_.begin(), given_.end(),
                     [&](const auto& flag) { return flag.first == name && flag.second(); });
}

absl::StatusOr<RequestFlags::Request> RequestFlags::Make(const Surroundings& surroundings) const {
  Request request;
  if (surroundings.like) {
    request.spec = *surroundings.like;
    request.agents = request.spec.load.agents;
    // As given: what the dataset would decide was decided in that run.
    request.osl_tokens = request.spec.request.osl_tokens;
    request.temperature_given = true;
  }
  // A repeated run is a run of its own.
  request.spec.run_id = surroundings.run_id;
  request.spec.specctl_version = surroundings.version;
  // In the order of declaration: a step may rely on what the ones before it took.
  for (const Step& step : steps_) {
    if (auto applied = step(surroundings, request); !applied.ok()) return applied;
  }
  return request;
}

}  // namespace specctl::cli
