#include <cmath>

#include "common/base/json_writer.h"
#include "common/report/artifacts.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

constexpr std::string_view kHeader =
    "start_s,stage,verdict,reasons,labels,output_tps,in_flight_mean,begun,ok,failed,"
    "user_tps_p50,user_tps_p10,user_tps_p1,ttft_p50_ms,ttft_p99_ms,"
    "step_latency_p50_ms,step_latency_p99_ms,acceptance_length,"
    "servers_running,servers_waiting,servers_kv_cache_share,servers_generated_tokens,"
    "servers_acceptance_per_draft,dataset\n";

// One line of RFC 4180, with line ends of Unix.
class CsvLine {
 public:
  explicit CsvLine(std::string& out) : out_(out) {}

  void Text(std::string_view text) {
    Separate();
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      out_ += text;
      return;
    }
    out_ += '"';
    for (const char c : text) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
    out_ += '"';
  }
  template <class Code>
  void Codes(const std::vector<Code>& codes, std::string_view (*name)(Code)) {
    std::string joined;
    for (const Code code : codes) {
      if (!joined.empty()) joined += ';';
      joined += name(code);
    }
    Text(joined);
  }
  template <std::integral T>
  void Number(T value) {
    Text(std::to_string(value));
  }
  // Absent: an empty field.
  void Number(std::optional<double> value) {
    Text(value && std::isfinite(*value) ? FormatDouble(*value) : std::string());
  }
  void End() { out_ += '\n'; }

 private:
  void Separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;
};

void AppendWindow(const WindowFigures& window, std::string_view dataset, std::string& out) {
  CsvLine line(out);
  line.Number(window.start_s);
  line.Text(StageName(window.stage));
  line.Text(VerdictName(window.verdict));
  line.Codes(window.reasons, ReasonName);
  line.Codes(window.labels, LabelName);
  line.Number(std::optional(window.output_tps));
  line.Number(std::optional(window.in_flight_mean));
  line.Number(window.begun);
  line.Number(window.ok);
  line.Number(window.failed);
  line.Number(window.user_tps_p50);
  line.Number(window.user_tps_p10);
  line.Number(window.user_tps_p1);
  line.Number(window.ttft_p50_ms);
  line.Number(window.ttft_p99_ms);
  line.Number(window.step_latency_p50_ms);
  line.Number(window.step_latency_p99_ms);
  line.Number(window.acceptance_length);
  line.Number(window.servers_running);
  line.Number(window.servers_waiting);
  line.Number(window.servers_kv_cache_share);
  line.Number(window.servers_generated_tokens);
  line.Number(window.servers_acceptance_per_draft);
  line.Text(dataset);
  line.End();
}

}  // namespace

std::string CurvesCsv(const Results& results) {
  std::string out(kHeader);
  const std::string dataset = DatasetLabel(results.spec.dataset);
  for (const WindowFigures& window : results.windows) AppendWindow(window, dataset, out);
  return out;
}

}  // namespace specctl
