// llama.cpp's llama-server: tools/server/server-task.cpp and server-common.cpp; seen on b11434. One
// chunk a token, also where a draft was accepted: what the steps were is in `timings`.
#include "common/engine/engine_profile.h"
#include "common/engine/identity_json.h"

namespace specctl {
namespace {

// Written with six significant digits.
constexpr double kExactBelow = 1e6;

// All but the gauges grow when a request ends.  `prompt_tokens_total` leaves cached tokens out, and
// `n_decode_total` counts a step of all slots as one: neither is the figure that it would be taken
// for.
constexpr MetricFamily kLlamaCppMetrics[] = {
    {.figure = ServerFigure::kGeneratedTokens,
     .name = "llamacpp:tokens_predicted_total",
     .exact_below = kExactBelow},
    {.figure = ServerFigure::kDrafts,
     .name = "llamacpp:spec_decode_num_drafts_total",
     .exact_below = kExactBelow},
    {.figure = ServerFigure::kDraftedTokens,
     .name = "llamacpp:spec_decode_num_draft_tokens_total",
     .exact_below = kExactBelow},
    {.figure = ServerFigure::kAcceptedTokens,
     .name = "llamacpp:spec_decode_num_accepted_tokens_total",
     .exact_below = kExactBelow},
    {.figure = ServerFigure::kAcceptedByPosition,
     .name = "llamacpp:spec_decode_num_accepted_tokens_per_pos_total",
     .position_label = "position"},
    {.figure = ServerFigure::kRunning, .name = "llamacpp:requests_processing", .counter = false},
    {.figure = ServerFigure::kWaiting, .name = "llamacpp:requests_deferred", .counter = false},
};

// `build_info` is "b11434-89a1abc"; "b0-unknown" where the build was not told.
void ReadLlamaCppProps(std::string_view body, ServerIdentity& identity) {
  const IdentityJson props(body);
  identity.version = props.Text("/build_info");
  identity.quantization = props.Text("/model_ftype");
}

// What /props says of speculation is "none" even where there is a draft model.
constexpr IdentityQuestion kLlamaCppIdentity[] = {{.path = "/props", .read = ReadLlamaCppProps}};
constexpr std::string_view kLlamaCppMetricsPaths[] = {"/metrics"};
constexpr std::string_view kLlamaCppFlags[] = {"timings_per_token"};

constexpr EngineProfile kLlamaCpp = {
    .name = "llamacpp",
    .display_name = "llama.cpp",
    .marks = {.owned_by = "llamacpp", .server_header = "llama.cpp", .metrics_prefix = "llamacpp:"},
    .identity = kLlamaCppIdentity,
    .metrics_paths = kLlamaCppMetricsPaths,
    .metrics = kLlamaCppMetrics,
    .requests = {.flags = kLlamaCppFlags},  // continuous usage is ignored without a word
    .closes_after_stream = true,
    .context_holds_max_tokens = false,
    .chunk_per_step = false,
    .hints = {.metrics = "start the server with --metrics"},
};

}  // namespace

const EngineProfile& LlamaCppProfile() { return kLlamaCpp; }

}  // namespace specctl
