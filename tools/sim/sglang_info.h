// What SGLang tells of itself beside metrics.
#pragma once

#include <string>

#include "tools/sim/flavour_options.h"

namespace specctl::sim {

inline constexpr std::string_view kSglangVersion = "0.5.23";

// Bodies, of the members that the simulated engine has a value for.  Pure.
std::string SglangServerInfo(const FlavourOptions& options, const ServedEngine& engine);
std::string SglangModelInfo(const FlavourOptions& options);
std::string SglangModels(const FlavourOptions& options, const ServedEngine& engine);
// /v1/loads: rows and tokens as they are decoded.
std::string SglangLoads(const ServedEngine& engine);

}  // namespace specctl::sim
