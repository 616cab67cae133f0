// The servers' figures that the report knows, and the families of metrics that they are in.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>

namespace specctl {

enum class ServerFigure {
  kGeneratedTokens,
  kPromptTokens,
  kDrafts,
  kDraftedTokens,
  kAcceptedTokens,
  kAcceptedByPosition,  // one series per position, label named in MetricFamily::position_label
  kEngineSteps,  // inter-token observations: the servers' own number of steps after the first
  kPrefixQueries,
  kPrefixHits,
  kRunning,
  kWaiting,
  kKvCacheShare,
  kPreemptions,
  kRequestsFinished,
  kFirstTokens,  // requests whose first token was generated
  // Histograms, of which each bucket is a series:
  kTtft,         // arrival at the server to the first token
  kQueueTime,    // until a request is scheduled first
  kItl,          // between tokens
  kStepLatency,  // between the outputs of steps
  // Printed nowhere:
  kStepTokens,          // tokens of decoding steps, before a response's end cuts them
  kDraftWidth,          // tokens that a verification takes at most: a draft's and the free one
  kLaterDraftedTokens,  // drafted tokens but the first of each draft, one series per position
  kPrefilledTokens,     // prompt tokens that were computed
  // By statistics of iterations, where nothing better is there:
  kIterationDrafts,
  kIterationDraftedTokens,
  kIterationAcceptedTokens,
  kProcessStart,  // when the server's process began: tells servers apart
};
inline constexpr size_t kServerFigures = static_cast<size_t>(ServerFigure::kProcessStart) + 1;

// By ServerFigure: growth of counters, last values of gauges; nullopt where it is not known.
class FigureValues {
 public:
  std::optional<double>& operator[](ServerFigure figure) {
    return values_[static_cast<size_t>(figure)];
  }
  const std::optional<double>& operator[](ServerFigure figure) const {
    return values_[static_cast<size_t>(figure)];
  }

 private:
  std::array<std::optional<double>, kServerFigures> values_;
};

struct LabelValue {
  std::string_view label, value;  // an empty label: none
};

struct MetricFamily {
  ServerFigure figure;
  std::string_view name;  // sample name as exposed, e.g. "vllm:generation_tokens_total"
  bool counter = true;    // else a gauge
  // Samples with that label's value only.  Of families of one name the first that takes a sample
  // has it.
  LabelValue where = {};
  std::string_view position_label = {};
  bool buckets = false;  // of a histogram, which counts seconds; labelled `le`
  // Gauges: how series of one target combine.
  bool mean_of_series = false;  // else the sum
  bool max_of_series = false;
  // Counters: values from here on are rounded by the server, so their growth is not known.
  double exact_below = std::numeric_limits<double>::infinity();
  // A name that other versions use.  Some versions expose both: where a figure's first name is
  // there, samples of the others say the same again and must not be added to it.
  bool other_name = false;
};

}  // namespace specctl
