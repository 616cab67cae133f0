// Why a reply ended.
#pragma once

#include <string_view>

namespace specctl::sim {

enum class Finish { kNo, kStop, kLength };

// As the API writes it; kNo has no text.
constexpr std::string_view FinishText(Finish finish) {
  return finish == Finish::kNo ? "" : finish == Finish::kStop ? "stop" : "length";
}

}  // namespace specctl::sim
