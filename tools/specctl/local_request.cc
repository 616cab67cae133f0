#include "tools/specctl/local_request.h"

#include <utility>
#include <variant>

#include "common/dataset/dataset.h"
#include "common/dataset/dataset_name.h"
#include "common/net/tls_context.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

bool NamesAFile(const DatasetRequest& prompts) {
  if (!prompts.file.empty()) return true;
  return !prompts.dataset.empty() && !ParseDatasetName(prompts.dataset);
}

absl::Status ReadCertificates(TlsSpec& tls) {
  if (tls.ca_file.empty()) return absl::OkStatus();
  auto pem = ReadCaFile(tls.ca_file);
  if (!pem.ok()) return pem.status();
  tls.ca_pem = *std::move(pem);
  // Tried at once: a file without certificates should not fail at the first connection.
  return MakeClientTlsContext(tls).status();
}

}  // namespace

absl::Status ReadLocalFiles(controller::MeasureRequest& request) {
  const auto* const prompts = std::get_if<DatasetRequest>(&request.prompts);
  // Only a file of the user's: named datasets are found where the run is made.
  if (prompts != nullptr && NamesAFile(*prompts)) {
    auto rows = LoadDataset(*prompts);
    if (!rows.ok()) return rows.status();
    request.prompts = *std::move(rows);
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
  auto read = ReadLocalFiles(*request);
  return read.ok() ? std::move(request) : absl::StatusOr<controller::MeasureRequest>(read);
}

}  // namespace specctl::cli
