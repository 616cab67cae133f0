#include "tools/specctl/report_golden_al.h"

#include <ostream>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "common/forms/golden_al.h"
#include "common/report/output_file.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/report_matrix.h"

namespace specctl::cli {
namespace {

int FailGoldenAl(const absl::Status& why, std::ostream& err) {
  Say("specctl report: " + std::string(why.message()), err);
  return absl::IsNotFound(why) || absl::IsInvalidArgument(why) ? kBadInput : kFailed;
}

}  // namespace

int RunGoldenAl(const std::vector<std::string>& runs, const std::string& output, std::ostream& out,
                std::ostream& err) {
  const absl::StatusOr<std::vector<MatrixRun>> read = ReadRuns(runs, "specctl report: ", err);
  if (!read.ok()) return FailGoldenAl(read.status(), err);
  const absl::StatusOr<std::string> yaml = GoldenAl(*read);
  if (!yaml.ok()) return FailGoldenAl(yaml.status(), err);
  const absl::Status written = output.empty() ? PrintPage(*yaml, out) : WriteFile(output, *yaml);
  return written.ok() ? kDone : FailGoldenAl(written, err);
}

}  // namespace specctl::cli
