#include "controller/probe/target_probe.h"

#include <algorithm>
#include <thread>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/engine/engine_profile.h"
#include "common/engine/probe_answers.h"
#include "controller/probe/engine_probe.h"
#include "controller/probe/server_questions.h"
#include "controller/probe/test_inference.h"

namespace specctl::controller {
namespace {

using std::chrono::seconds;

constexpr Nanos kStopLookInterval = std::chrono::milliseconds(100);
constexpr Nanos kRetryPeriod = seconds(2);

absl::Status ChooseModel(const ProbeInput& input, const std::vector<ServedModel>& models,
                         TargetProbed& facts) {
  for (const ServedModel& model : models) facts.served_models.push_back(model.id);
  const auto chosen = std::find_if(models.begin(), models.end(), [&](const ServedModel& model) {
    return input.model.empty() || model.id == input.model;
  });
  if (chosen == models.end()) {
    const std::string there = absl::StrJoin(
        models, ", ", [](std::string* out, const auto& model) { out->append(model.id); });
    return absl::InvalidArgumentError(absl::StrFormat(
        "--model %s: not served by %s, which serves: %s", input.model, facts.url, there));
  }
  facts.model = chosen->id;
  if (chosen->max_model_len_tokens) {
    facts.max_model_len_tokens = static_cast<uint32_t>(*chosen->max_model_len_tokens);
  }
  return absl::OkStatus();
}

// A server need not list its models where the user names one: what it answers to an inference
// decides.
absl::Status DoWithoutList(const ProbeInput& input, const absl::Status& why, TargetProbed& facts) {
  if (!input.model.empty()) {
    facts.model = input.model;
    return absl::OkStatus();
  }
  const bool may_be_served = absl::IsFailedPrecondition(why);
  return absl::Status(
      why.code(), absl::StrFormat("%s: %s%s", facts.url, std::string(why.message()),
                                  may_be_served ? "; if it serves one, name it with --model" : ""));
}

absl::StatusOr<TargetProbed> AskTarget(const ProbeInput& input) {
  auto url = ParseTargetUrl(input.url);
  if (!url.ok()) return url.status();
  ServerQuestions ask(input, *std::move(url));
  TargetProbed facts;
  facts.url = ask.url().ToString();

  const absl::StatusOr<HttpReply>& listed = ask.Get("/v1/models");
  // A server may also drop what it doesn't know.
  if (!listed.ok() && input.model.empty()) return listed.status();
  const auto models = ParseModels(listed.ok() ? AnswerOf(*listed) : HttpAnswer());
  const absl::Status chosen = models.ok() ? ChooseModel(input, *models, facts)
                                          : DoWithoutList(input, models.status(), facts);
  if (!chosen.ok()) return chosen;
  if (auto found = ProbeEngine(input, ask, facts); !found.ok()) return found;
  const EngineProfile& engine = ProfileNamed(facts.engine);
  if (auto tried = TryInference(input, ask, engine, facts); !tried.ok()) return tried;
  return facts;
}

}  // namespace

absl::StatusOr<TargetProbed> ProbeTarget(const ProbeInput& input) {
  auto facts = AskTarget(input);
  if (!absl::IsUnauthenticated(facts.status())) return facts;
  const std::string cure = input.credential.empty()
                               ? "--api-key-env names the variable that holds its key"
                               : input.credential + " is refused";
  return absl::UnauthenticatedError(
      absl::StrFormat("%s (%s)", std::string(facts.status().message()), cure));
}

absl::StatusOr<TargetProbed> WaitUntilReady(const ProbeInput& input, Nanos wait,
                                            const std::function<void(std::string_view)>& say,
                                            const std::function<bool()>& stopped) {
  const MonoTime end = MonoNow() + wait;
  bool said = false;
  while (true) {
    auto result = ProbeTarget(input);
    const bool not_ready =
        absl::IsUnavailable(result.status()) || absl::IsDeadlineExceeded(result.status());
    if (not_ready && wait == Nanos(0)) {
      return absl::Status(result.status().code(),
                          std::string(result.status().message()) +
                              " (--wait-ready 5m waits for a server that is still starting)");
    }
    if (!not_ready || MonoNow() + kRetryPeriod > end) return result;
    if (!said) {
      const auto url = ParseTargetUrl(input.url);
      say(absl::StrFormat("waiting for %s: %s", url.ok() ? url->ToString() : "the target",
                          std::string(result.status().message())));
    }
    said = true;
    for (const MonoTime again = MonoNow() + kRetryPeriod; MonoNow() < again;) {
      if (stopped && stopped()) return result;
      std::this_thread::sleep_for(kStopLookInterval);
    }
  }
}

}  // namespace specctl::controller
