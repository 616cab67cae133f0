// Which of the URLs that were scraped are one server.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/analysis/server_series.h"

namespace specctl {

// The earliest of the servers that each is (ServerSeries::AreOneServer), where that is not itself;
// never one that is a duplicate.  In about the time of reading each once, however many they are.
std::vector<std::optional<uint32_t>> FindDuplicates(std::span<const ServerSeries* const> servers);

}  // namespace specctl
