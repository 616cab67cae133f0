// Secrets: texts that nobody can guess, and their comparison.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl {

// 32 random bytes in lower-case hex, of OpenSSL's generator.  Thread-safe.
// INTERNAL  it has no entropy
absl::StatusOr<std::string> MakeSecret();

// How long it takes says nothing of where they differ, only of their lengths.
bool IsSameSecret(std::string_view a, std::string_view b);

}  // namespace specctl
