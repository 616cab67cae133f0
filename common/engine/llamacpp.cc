// llama.cpp's llama-server: one chunk a token, also where a draft was accepted.
#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

constexpr EngineProfile kProfile = {
    .name = "llamacpp",
    .display_name = "llama.cpp",
    .continuous_usage = false,  // ignored without a word
    .ignore_eos = true,
    .return_token_ids = false,
    .metrics = {},
    .chunk_per_step = false,
};

}  // namespace

const EngineProfile& LlamaCppProfile() { return kProfile; }

}  // namespace specctl
