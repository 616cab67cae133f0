#include "controller/api/job_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

using ::testing::HasSubstr;

Job FullJob() {
  Job job;
  job.id = "run-1";
  job.state = JobState::kFailed;
  job.created_unix_ns = 11;
  job.begun_unix_ns = 12;
  job.ended_unix_ns = 13;
  job.command = "specctl run http://a:8000";
  job.submitter = "ann@host-a";
  job.specctl_version = "0.2.0";
  job.order_sha256 = "abc123";
  job.has_secrets = true;
  job.wait_agents = std::chrono::seconds(14);
  job.error = absl::FailedPreconditionError("no agents");
  job.end = RunEnd::kAgentLost;
  job.end_reason = "agent 1 was silent for 30 s";
  job.progress = "waiting for agents";
  job.jobs_before = 15;
  return job;
}

// Fails where the codec forgets a field of the schema's.
TEST(JobCodecTest, EveryFieldOfTheSchemaIsWritten) {
  const v1::Job wire = EncodeJob(FullJob());
  const auto* fields = v1::Job::descriptor();
  for (int i = 0; i < fields->field_count(); ++i) {
    EXPECT_TRUE(wire.GetReflection()->HasField(wire, fields->field(i))) << fields->field(i)->name();
  }
}

TEST(JobCodecTest, EveryFieldComesBack) {
  const auto job = DecodeJob(EncodeJob(FullJob()));
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->id, "run-1");
  EXPECT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(job->created_unix_ns, 11);
  EXPECT_EQ(job->begun_unix_ns, 12);
  EXPECT_EQ(job->ended_unix_ns, 13);
  EXPECT_EQ(job->command, "specctl run http://a:8000");
  EXPECT_EQ(job->submitter, "ann@host-a");
  EXPECT_EQ(job->specctl_version, "0.2.0");
  EXPECT_EQ(job->order_sha256, "abc123");
  EXPECT_TRUE(job->has_secrets);
  EXPECT_EQ(job->wait_agents, std::chrono::seconds(14));
  EXPECT_EQ(job->error, absl::FailedPreconditionError("no agents"));
  EXPECT_EQ(job->end, RunEnd::kAgentLost);
  EXPECT_EQ(job->end_reason, "agent 1 was silent for 30 s");
  EXPECT_EQ(job->progress, "waiting for agents");
  EXPECT_EQ(job->jobs_before, 15u);
}

TEST(JobCodecTest, EveryStateAndEndComesBack) {
  for (int state = 0; state <= static_cast<int>(JobState::kCancelled); ++state) {
    const auto job = DecodeJob(EncodeJob({.id = "a", .state = static_cast<JobState>(state)}));
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(static_cast<int>(job->state), state);
    EXPECT_FALSE(job->end) << "none is not the first one";
    EXPECT_TRUE(job->error.ok());
  }
  for (int end = 0; end <= static_cast<int>(RunEnd::kFailed); ++end) {
    const auto job = DecodeJob(EncodeJob({.id = "a", .end = static_cast<RunEnd>(end)}));
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->end, static_cast<RunEnd>(end));
  }
}

TEST(JobCodecTest, AnIdThatIsNoneIsRefusedAndShownSafely) {
  v1::Job wire = EncodeJob(FullJob());
  wire.set_id("../\x1b[2J");
  const auto job = DecodeJob(wire);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(job.status().message(),
            "id: need 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first, got "
            "../?[2J");
  EXPECT_FALSE(DecodeJob(v1::Job()).ok());
}

TEST(JobCodecTest, AnEnumerationValueOfAnotherVersionIsRefused) {
  v1::Job wire = EncodeJob(FullJob());
  wire.set_state(static_cast<v1::JobState>(99));
  auto job = DecodeJob(wire);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("state: got 99"));
  wire = EncodeJob(FullJob());
  wire.set_end(static_cast<v1::RunEnd>(98));
  job = DecodeJob(wire);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("end: got 98"));
}

TEST(JobCodecTest, AnErrorCodeThatIsNoneIsAnErrorStill) {
  v1::Job wire = EncodeJob(FullJob());
  wire.set_error_code(4'711);
  const auto job = DecodeJob(wire);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->error.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(job->error.message(), "no agents");
}

}  // namespace
}  // namespace specctl::controller
