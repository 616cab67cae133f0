#include "tools/specctl/local_request.h"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include <absl/strings/str_format.h>

#include "common/dataset/dataset.h"
#include "common/dataset/dataset_locator.h"
#include "common/dataset/dataset_name.h"
#include "common/net/tls_context.h"
#include "controller/api/controller_file.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

bool NamesAFile(const DatasetRequest& prompts) {
  if (!prompts.file.empty()) return true;
  return !prompts.dataset.empty() && !ParseDatasetName(prompts.dataset) &&
         !controller::NamesControllerFile(prompts.dataset);
}

bool AreOnController(const controller::MeasureRequest& request) {
  const auto* const prompts = std::get_if<DatasetRequest>(&request.prompts);
  return prompts != nullptr && controller::NamesControllerFile(prompts->dataset);
}

absl::Status ReadCertificates(TlsSpec& tls) {
  if (tls.ca_file.empty()) return absl::OkStatus();
  auto pem = ReadCaFile(tls.ca_file);
  if (!pem.ok()) return pem.status();
  tls.ca_pem = *std::move(pem);
  // Tried at once: a file without certificates should not fail at the first connection.
  return MakeClientTlsContext(tls).status();
}

// Where a server of this machine writes; by its whole path, so that --like finds it from anywhere.
absl::Status SettleMetricsDir(std::string& dir) {
  if (dir.empty()) return absl::OkStatus();
  std::error_code error;
  if (!std::filesystem::is_directory(dir, error)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--sglang-metrics-dir: need a folder on this machine, that of the server's "
                        "--export-metrics-to-file-dir, got %s",
                        dir));
  }
  dir = std::filesystem::canonical(dir, error).string();
  if (!error) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat("--sglang-metrics-dir: %s", error.message()));
}

}  // namespace

bool IsGenerated(const DatasetRequest& prompts) {
  const auto name = ParseDatasetName(prompts.dataset);
  return name &&
         (name->family == DatasetFamily::kBuiltin || name->family == DatasetFamily::kRandom);
}

bool IsLeftToController(const DatasetRequest& prompts) {
  if (controller::NamesControllerFile(prompts.dataset)) return true;
  const auto name = ParseDatasetName(prompts.dataset);
  return name && prompts.file.empty() && !IsGenerated(prompts) &&
         !LocateDataset(*name, prompts.search_dirs).ok();
}

absl::Status NeedsController() {
  return BadFlag("--dataset",
                 "controller:PATH is a file on a controller: needs --controller HOST:PORT or "
                 "--kube, and can't be combined with --dry-run");
}

absl::Status ReadLocalFiles(controller::MeasureRequest& request) {
  const auto* const prompts = std::get_if<DatasetRequest>(&request.prompts);
  // Only a file of the user's: named datasets are found where the run is made.
  if (prompts != nullptr && NamesAFile(*prompts)) {
    auto rows = LoadDataset(*prompts);
    if (!rows.ok()) return rows.status();
    request.prompts = *std::move(rows);
  }
  if (auto settled = SettleMetricsDir(request.spec.sglang_metrics_dir); !settled.ok()) {
    return settled;
  }
  return ReadCertificates(request.spec.tls);
}

absl::StatusOr<controller::MeasureRequest> LocalRequest(const RunFlags& flags) {
  if (auto checked = CheckRunFlags(flags); !checked.ok()) return checked;
  Surroundings surroundings = RealSurroundings();
  if (flags.like) {
    auto like = SpecOfRun(*flags.like);
    if (!like.ok()) return like.status();
    surroundings.like = *std::move(like);
  }
  auto request = flags.request.Make(surroundings);
  if (!request.ok()) return request;
  if (AreOnController(*request) && (flags.dry_run || !flags.remote.is_remote())) {
    return NeedsController();
  }
  auto read = ReadLocalFiles(*request);
  return read.ok() ? std::move(request) : absl::StatusOr<controller::MeasureRequest>(read);
}

}  // namespace specctl::cli
