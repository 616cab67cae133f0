// Any server that speaks OpenAI's protocol and that no other profile knows.
#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

constexpr EngineProfile kOpenAi = {
    .name = "openai",
    .display_name = "OpenAI-compatible",
    .continuous_usage = true,  // SGLang, TensorRT-LLM and others take it; the probe finds out
    .ignore_eos = true,        // sent only where the user asks for it
    .return_token_ids = false,
    .metrics = {},
    .chunk_per_step = true,
};

}  // namespace

const EngineProfile& OpenAiProfile() { return kOpenAi; }

}  // namespace specctl
