// The request that `specctl run` would make of a command line without its own flags.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/request/flag_groups.h"

namespace specctl::cli {

// $THE_KEY is "s3cret", $BROKEN_KEY has a line break, others are not set.
inline absl::StatusOr<controller::MeasureRequest> RequestOfLine(std::vector<std::string> arguments,
                                                                Surroundings surroundings = {}) {
  surroundings.run_id = "id";
  surroundings.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "THE_KEY") return "s3cret";
    if (name == "BROKEN_KEY") return "s3cret\r\nX: y";
    return std::nullopt;
  };
  CLI::App app;
  RequestFlags flags(app);
  for (const auto add : {AddTargetFlags, AddLoadFlags, AddPromptFlags, AddInferenceFlags,
                         AddMetricsFlags, AddRecordFlags, AddNeedlessFlags}) {
    add(flags);
  }
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return flags.Make(surroundings);
}

inline controller::MeasureRequest Good(std::vector<std::string> arguments,
                                       Surroundings surroundings = {}) {
  auto request = RequestOfLine(std::move(arguments), std::move(surroundings));
  EXPECT_TRUE(request.ok()) << request.status();
  return request.ok() ? *std::move(request) : controller::MeasureRequest();
}

inline std::string Refusal(std::vector<std::string> arguments, Surroundings surroundings = {}) {
  const auto request = RequestOfLine(std::move(arguments), std::move(surroundings));
  EXPECT_EQ(request.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(request.status().message());
}

}  // namespace specctl::cli
