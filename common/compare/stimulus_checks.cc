#include "common/compare/stimulus_checks.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/report/number_text.h"
#include "common/report/result_names.h"
#include "common/stats/shares.h"

namespace specctl {
namespace {

// Long runs show differences beyond noise that are too small to bias a speedup.
constexpr double kLengthMattersFrom = 0.01;      // relative
constexpr double kShareMattersFrom = 0.01;       // of the requests
constexpr double kCountedHitsMatterFrom = 0.02;  // by counters, whose noise is not known

std::string TemperatureText(const std::optional<double>& temperature) {
  return temperature ? FormatDouble(*temperature) : "the server's own";
}

// Beyond noise: 0 lies outside the 99 % interval.
bool BeyondNoise(const Measured& difference) {
  if (!difference.spread) return false;
  return *difference.Low(kZ995) > 0 || *difference.High(kZ995) < 0;
}

// A share of so many requests, by Wilson's interval.
Measured ShareOf(uint64_t part, uint64_t whole) {
  const Interval wilson = WilsonInterval(part, whole, kZ975);
  return {.value = wilson.value,
          .spread = SpreadOfInterval(wilson.value, {.low = wilson.low, .high = wilson.high})};
}

class StimulusChecker {
 public:
  StimulusChecker(const MeasuredRun& a, const MeasuredRun& b, Comparability& result)
      : a_(a), b_(b), result_(result) {}

  void CheckSampling() {
    const RequestSpec &a = a_.results().spec.request, &b = b_.results().spec.request;
    const auto differ = [&](std::string_view what, const std::string& of_a, const std::string& of_b,
                            std::string_view flag) {
      if (of_a == of_b) return;
      Refuse("sampling", absl::StrFormat("%s differs: A %s, B %s", what, of_a, of_b),
             absl::StrFormat("give both the same %s", flag));
    };
    const auto or_none = [](const std::string& text) { return text.empty() ? "none" : text; };
    const auto yes_no = [](bool value) { return std::string(value ? "on" : "off"); };
    differ("temperature", TemperatureText(a.temperature), TemperatureText(b.temperature),
           "--temperature");
    differ("output length limit (--osl)", std::to_string(a.osl_tokens),
           std::to_string(b.osl_tokens), "--osl");
    differ("ignore_eos", yes_no(a.ignore_eos), yes_no(b.ignore_eos), "--ignore-eos");
    differ("reasoning effort", or_none(a.reasoning_effort), or_none(b.reasoning_effort),
           "--reasoning-effort");
    differ("what goes back of a reply's reasoning", yes_no(a.keep_reasoning),
           yes_no(b.keep_reasoning), "--keep-reasoning");
    differ("extra inputs", or_none(a.extra_inputs_json), or_none(b.extra_inputs_json),
           "--extra-inputs");
    const auto prefixes = [](const SharedPrefix& prefix) {
      return prefix.groups == 0 ? std::string("none")
                                : absl::StrFormat("%d of %d tokens", prefix.groups, prefix.tokens);
    };
    differ("shared prefixes", prefixes(a_.results().spec.shared_prefix),
           prefixes(b_.results().spec.shared_prefix), "--prefix-groups and --prefix-tokens");
    differ("endpoint", std::string(EndpointName(a.endpoint)), std::string(EndpointName(b.endpoint)),
           "--endpoint");
    differ("seed of the prompts' order", std::to_string(a_.results().spec.load.seed),
           std::to_string(b_.results().spec.load.seed), "--seed");
    if (a.model_mix != b.model_mix) {
      Refuse("sampling", "the mix of models differs", "give both the same --model-mix");
    }
  }

  void CheckLoad() {
    const LoadShape& a = a_.results().spec.load.shape;
    const LoadShape& b = b_.results().spec.load.shape;
    if (a == b) return;
    const auto* const a_closed = std::get_if<ClosedLoop>(&a);
    const auto* const b_closed = std::get_if<ClosedLoop>(&b);
    if (a_closed != nullptr && b_closed != nullptr) {
      Refuse("offered_load",
             absl::StrFormat("concurrency differs: A bs %d, B bs %d", a_closed->bs, b_closed->bs),
             absl::StrFormat("measure both at one --bs, e.g. %d",
                             std::max(a_closed->bs, b_closed->bs)));
    } else {
      Refuse(
          "offered_load",
          absl::StrFormat("offered load differs: A %s, B %s", LoadShapeText(a), LoadShapeText(b)),
          "measure both with the same --bs, or the same --request-rate, --arrival, "
          "--in-flight-max and --think-time");
    }
  }

  // What is accepted of random tokens is not what is accepted of language, nor is what it gains.
  void CheckText() {
    const auto speculates_on_no_text = [](const Results& results) {
      return results.spec.dataset.synthetic_text &&
             std::any_of(results.acceptance_sources.begin(), results.acceptance_sources.end(),
                         [](const TargetAcceptance& target) { return target.speculates; });
    };
    const bool a = speculates_on_no_text(a_.results()), b = speculates_on_no_text(b_.results());
    if (!a && !b) return;
    Refuse("synthetic_text",
           absl::StrFormat("%s speculated on prompts that are not language",
                           a && b ? "both" : (a ? "A" : "B")),
           "measure with prompts that people write");
  }

  void CheckLengths() {
    const std::optional<Measured> a = MeanLength(a_), b = MeanLength(b_);
    if (!a || !b) {
      result_.notes.push_back("not checked: output lengths (they are unknown)");
      return;
    }
    const Measured difference = DifferenceOf(*a, *b);
    if (!BeyondNoise(difference) || !(std::abs(difference.value) > kLengthMattersFrom * a->value)) {
      return;
    }
    Refuse("output_lengths",
           absl::StrFormat("mean output length differs beyond noise: A %s tokens, B %s",
                           FigureText(a->value), FigureText(b->value)),
           "fix the length in both: --osl with --ignore-eos, and --temperature 0");
  }

  void CheckEnds() {
    std::map<std::string, std::pair<uint64_t, uint64_t>> ends;
    const uint64_t in_a = AddEnds(a_.results(), &std::pair<uint64_t, uint64_t>::first, ends);
    const uint64_t in_b = AddEnds(b_.results(), &std::pair<uint64_t, uint64_t>::second, ends);
    if (in_a == 0 || in_b == 0) {
      Refuse("finish_reasons", absl::StrFormat("no request of %s ended", in_a == 0 ? "A" : "B"),
             "repeat that run");
      return;
    }
    for (const auto& [reason, counts] : ends) {
      const Measured a = ShareOf(counts.first, in_a), b = ShareOf(counts.second, in_b);
      const Measured difference = DifferenceOf(a, b);
      if (!BeyondNoise(difference) || !(std::abs(difference.value) > kShareMattersFrom)) continue;
      Refuse("finish_reasons",
             absl::StrFormat("share of requests that ended by %s differs beyond noise: A %s, B %s",
                             reason, ShareText(a.value), ShareText(b.value)),
             "find out why: the same --osl, stop strings and --temperature 0 make runs end alike");
    }
  }

  // By the requests' own usage where all of both tell it, else by the servers' counters.
  void CheckPrefixHits() {
    std::optional<Measured> a = UsageHits(a_), b = UsageHits(b_);
    if (!a || !b) {
      a = CountedHits(a_);
      b = CountedHits(b_);
    }
    if (!a || !b) {
      result_.notes.push_back(absl::StrFormat(
          "not checked: prefix hits (%s)",
          a || b ? "one run does not report them" : "neither run's servers report them"));
      return;
    }
    const Measured difference = DifferenceOf(*a, *b);
    const double matters = difference.spread ? kShareMattersFrom : kCountedHitsMatterFrom;
    const bool beyond_noise = !difference.spread || BeyondNoise(difference);
    if (!beyond_noise || !(std::abs(difference.value) > matters)) return;
    Refuse("prefix_hits",
           absl::StrFormat("prefix hits differ beyond noise: A %s of the prompts' tokens, B %s",
                           ShareText(a->value), ShareText(b->value)),
           "begin both with the same cache: restart the server or reset its prefix cache before "
           "each run");
  }

 private:
  void Refuse(std::string code, std::string text, std::string match) {
    result_.refusals.push_back({std::move(code), std::move(text), std::move(match)});
  }

  // Where stretches of time tell no error (a short run), requests count as independent.
  static std::optional<Measured> MeanLength(const MeasuredRun& run) {
    const MeasuredFigure* figure = FindMeasured(run.figures, "output_tokens");
    if (figure == nullptr) return std::nullopt;
    Measured mean = figure->statistics.front().measured;
    const std::optional<Distribution>& lengths = run.results().whole_run.length.output_tokens;
    if (!mean.spread && lengths && lengths->count > 1) {
      const auto count = static_cast<double>(lengths->count);
      const double error = lengths->stddev / std::sqrt(count);
      mean.spread = Spread{.below = error, .above = error, .degrees = count - 1};
    }
    return mean;
  }

  // Ends by finish reason, and requests that failed; those that we cancelled tell nothing.
  static uint64_t AddEnds(const Results& results, uint64_t std::pair<uint64_t, uint64_t>::*side,
                          std::map<std::string, std::pair<uint64_t, uint64_t>>& ends) {
    uint64_t all = 0;
    const auto add = [&](const std::string& reason, uint64_t requests) {
      if (requests > 0) ends[reason].*side += requests;
      all += requests;
    };
    for (const auto& [reason, requests] : results.tokens.finish_reasons) add(reason, requests);
    add("failure", results.conservation.failed + results.conservation.lost);
    add("time-out", results.conservation.timed_out);
    return all;
  }

  static std::optional<Measured> UsageHits(const MeasuredRun& run) {
    std::vector<RatioTerm> terms;
    for (const SampledRequest& request : run.sample->requests) {
      const SettledRequest& settled = request.settled;
      // Of one that the hold's end cut the usage is not known.
      if (!settled.ok() || settled.cut) continue;
      if (!request.cached_tokens || !settled.input_tokens) return std::nullopt;
      terms.push_back({.numerator = static_cast<double>(*request.cached_tokens),
                       .denominator = static_cast<double>(*settled.input_tokens)});
    }
    const std::optional<RatioEstimate> share = EstimateRatio(terms);
    if (!share || !share->interval) return std::nullopt;
    return Measured{.value = share->value,
                    .spread = SpreadOfInterval(share->value, {.low = share->interval->low,
                                                              .high = share->interval->high})};
  }

  static std::optional<Measured> CountedHits(const MeasuredRun& run) {
    const std::optional<ServerFigures>& servers = run.results().servers;
    if (!servers || !servers->sums.prefix_hit_rate) return std::nullopt;
    return Measured{.value = *servers->sums.prefix_hit_rate, .spread = std::nullopt};
  }

  const MeasuredRun &a_, &b_;
  Comparability& result_;
};

}  // namespace

void CheckStimulus(const MeasuredRun& a, const MeasuredRun& b, Comparability& result) {
  StimulusChecker checker(a, b, result);
  checker.CheckSampling();
  checker.CheckLoad();
  checker.CheckText();
  checker.CheckLengths();
  checker.CheckEnds();
  checker.CheckPrefixHits();
}

}  // namespace specctl
