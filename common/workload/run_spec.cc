#include "common/workload/run_spec.h"

#include <absl/strings/str_cat.h>

namespace specctl {

std::string Secrets::AuthorizationOf(uint32_t target) const {
  const bool has_login =
      target < basic_authorizations.size() && !basic_authorizations[target].empty();
  if (has_login) return basic_authorizations[target];
  return api_key.empty() ? "" : "Bearer " + api_key;
}

std::string TargetLabel(const RunSpec& spec, uint32_t target) {
  if (target >= spec.targets.size()) return absl::StrCat("target ", target);
  const TargetSpec& named = spec.targets[target];
  return named.name.empty() ? named.url : named.name;
}

std::vector<std::string> TargetUrls(const RunSpec& spec) {
  std::vector<std::string> urls;
  for (const TargetSpec& target : spec.targets) urls.push_back(target.url);
  return urls;
}

}  // namespace specctl
