#include "tools/sim/pace_report.h"

#include <gtest/gtest.h>

#include "agent/null_server/pace_text.h"

namespace specctl::sim {
namespace {

TEST(PaceReportTest, LatenessAndCpuAreTold) {
  PaceReport report;
  for (int i = 0; i < 4; ++i) report.AddLateness(std::chrono::microseconds(100));
  report.CountBlocked();
  EXPECT_EQ(
      report.Text(std::chrono::microseconds(10)),
      "chunks 4  late us p50 100 p99 100 p99.9 100 max 100  blocked 1  CPU us per chunk 2.50");
}

TEST(PaceReportTest, NothingSentIsNoDivisionByZero) {
  EXPECT_EQ(PaceReport().Text(Nanos(5)),
            "chunks 0  late us p50 0 p99 0 p99.9 0 max 0  blocked 0  CPU us per chunk 0.00");
}

TEST(PaceReportTest, MetricsAreASummary) {
  PaceReport report;
  report.AddLateness(std::chrono::milliseconds(1));
  EXPECT_EQ(
      report.Metrics(),
      "# HELP specctl_sim_send_lateness_seconds Time from when a chunk was due to when it was "
      "sent.\n# TYPE specctl_sim_send_lateness_seconds summary\n"
      "specctl_sim_send_lateness_seconds{quantile=\"0.5\"} 0.001\n"
      "specctl_sim_send_lateness_seconds{quantile=\"0.99\"} 0.001\n"
      "specctl_sim_send_lateness_seconds{quantile=\"0.999\"} 0.001\n"
      "specctl_sim_send_lateness_seconds{quantile=\"1.0\"} 0.001\n"
      "specctl_sim_send_lateness_seconds_sum 0.001\n"
      "specctl_sim_send_lateness_seconds_count 1.0\n");
}

// By an agent, of its null server.
TEST(PaceReportTest, TheLastLineIsReadBack) {
  PaceReport report;
  for (int i = 0; i < 3; ++i) report.AddLateness(std::chrono::microseconds(250));
  report.CountBlocked();
  const auto read =
      agent::ParsePaceText("listening on http://127.0.0.1:1\n" + PaceReport().Text(Nanos(5)) +
                           "\n" + report.Text(Nanos(5)) + "\n");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->chunks, 3u);
  EXPECT_NEAR(static_cast<double>(read->lateness_p99_ns), 250e3, 2e3);
  EXPECT_EQ(read->blocked, 1u);
}

}  // namespace
}  // namespace specctl::sim
