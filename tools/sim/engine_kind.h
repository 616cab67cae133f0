// Which engine's server `specctl sim` plays.
#pragma once

#include <string_view>

namespace specctl::sim {

enum class EngineKind { kVllm, kSglang, kTrtllm, kLlamacpp };
inline constexpr EngineKind kEngineKinds[] = {EngineKind::kVllm, EngineKind::kSglang,
                                              EngineKind::kTrtllm, EngineKind::kLlamacpp};

// As --engine has it.
constexpr std::string_view EngineName(EngineKind engine) {
  switch (engine) {
    case EngineKind::kSglang:
      return "sglang";
    case EngineKind::kTrtllm:
      return "trtllm";
    case EngineKind::kLlamacpp:
      return "llamacpp";
    case EngineKind::kVllm:
      break;
  }
  return "vllm";
}

}  // namespace specctl::sim
