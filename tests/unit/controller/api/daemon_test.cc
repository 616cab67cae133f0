#include "controller/api/daemon.h"

#include <poll.h>
#include <zlib.h>

#include <array>
#include <filesystem>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "common/base/gzip.h"
#include "common/base/hash.h"
#include "common/journal/journal_writer.h"
#include "controller/api/job_codec.h"
#include "tests/unit/common/analysis/journal_script.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::controller {
namespace {

using specctl::testing::ReadAll;
using specctl::testing::TempDir;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A server that nobody is to connect to.
class UntouchedServer {
 public:
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  bool untouched() {
    pollfd waiting{.fd = acceptor_.native_handle(), .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == 0;
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{
      io_, boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
};

// gzip of more than 1 GiB of zeros, of a megabyte.
std::string Bomb() {
  const std::string zeros(1u << 20, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  // After a full flush nothing is known of what was before: each such piece may be repeated.
  const auto next_piece = [&] {
    std::string piece(1u << 16, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zeros.data()));
    stream.avail_in = static_cast<uInt>(zeros.size());
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    EXPECT_EQ(deflate(&stream, Z_FULL_FLUSH), Z_OK);
    piece.resize(piece.size() - stream.avail_out);
    return piece;
  };
  std::string bomb = next_piece();
  const std::string piece = next_piece();
  deflateEnd(&stream);
  for (int i = 0; i < 1'024; ++i) bomb += piece;
  return bomb;
}

// A daemon without agents: what it runs either waits for them or fails for want of them.
class DaemonTest : public ::testing::Test {
 protected:
  void Start() {
    Construct();
    daemon_->Start();
  }
  // Nothing runs yet.
  void Construct() {
    auto store = JobStore::Open(dir_.File("data"));
    ASSERT_TRUE(store.ok()) << store.status();
    std::vector<std::string> unreadable;
    auto jobs = store->ReadJobs(unreadable);
    ASSERT_TRUE(jobs.ok()) << jobs.status();
    EXPECT_THAT(unreadable, IsEmpty());
    auto fleet = Fleet::Start({.specctl_version = "1.2.3", .resuming = Daemon::AnyRunning(*jobs)});
    ASSERT_TRUE(fleet.ok()) << fleet.status();
    fleet_ = *std::move(fleet);
    daemon_ = std::make_unique<Daemon>(options_, *std::move(store), *std::move(jobs), *fleet_);
  }
  void Stop() {
    daemon_.reset();
    fleet_.reset();
  }
  void Restart() {
    Stop();
    Start();
  }

  static Job Submission(const std::string& id, Nanos wait_agents = Nanos(0)) {
    return {.id = id,
            .command = "specctl run",
            .submitter = "ann@host-a",
            .specctl_version = "1.2.3",
            .wait_agents = wait_agents};
  }
  std::string Order(const std::string& id, const std::string& prompt = "hello") const {
    MeasureRequest request;
    request.spec.run_id = id;
    request.spec.targets = {{.url = server_.url()}};
    Dataset rows;
    rows.conversations = {{.question_id = "q", .turns = {{{"user", prompt}}}}};
    request.prompts = rows;
    return Gzip(EncodeOrder(request).SerializeAsString());
  }
  static OrderSecrets Key() { return {.secrets = {.api_key = "sk-1"}, .metrics_headers = {}}; }
  Job Submit(const std::string& id, Nanos wait_agents = Nanos(0), OrderSecrets secrets = {}) {
    auto job = daemon_->Submit(Submission(id, wait_agents), std::move(secrets), Order(id));
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? *std::move(job) : Job();
  }
  absl::Status Refusal(const Job& job, std::string_view order) {
    return daemon_->Submit(job, {}, order).status();
  }
  Job Get(const std::string& id) {
    auto job = daemon_->Get(id);
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? *std::move(job) : Job();
  }
  // The job, as soon as it is in that state.
  Job Until(const std::string& id, JobState state) {
    Daemon::View seen;
    for (const MonoTime give_up = MonoNow() + seconds(20); MonoNow() < give_up;) {
      auto view = daemon_->Await(id, seen, milliseconds(500));
      if (!view.ok()) break;
      if (view->job.state == state) return view->job;
      seen = *std::move(view);
    }
    ADD_FAILURE() << id << " is " << NameOf(Get(id).state) << ", not " << NameOf(state);
    return Get(id);
  }
  // It has begun, and waits for an agent that never comes.
  void OccupyWith(const std::string& id) {
    Submit(id, hours(1));
    Until(id, JobState::kRunning);
  }
  // What is on disk of it.
  Job Stored(const std::string& id) const {
    v1::Job record;
    EXPECT_TRUE(record.ParseFromString(ReadAll(dir_.File("data/jobs/" + id + "/job.pb"))));
    return *DecodeJob(record);
  }
  // As a controller leaves it that was killed while the job was on.
  void LeaveRunning(const std::string& id, bool has_secrets = false) {
    auto store = JobStore::Open(dir_.File("data"));
    Job job = Submission(id);
    job.state = JobState::kRunning;
    job.begun_unix_ns = 5;
    job.has_secrets = has_secrets;
    ASSERT_TRUE(store->AddJob(job, Order(id)).ok());
  }

  const TempDir dir_;
  UntouchedServer server_;
  Daemon::Options options_{.specctl_version = "1.2.3"};
  std::unique_ptr<Fleet> fleet_;
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(DaemonTest, ARunWithoutAgentsFailsAndSaysHowToGetThem) {
  Start();
  const Job job = Submit("run-1");
  EXPECT_EQ(job.id, "run-1");
  EXPECT_EQ(job.submitter, "ann@host-a");
  EXPECT_EQ(job.order_sha256, Sha256Hex(Order("run-1")));
  EXPECT_GT(job.created_unix_ns, 0);
  const Job ended = Until("run-1", JobState::kFailed);
  EXPECT_EQ(ended.error.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(ended.error.message()), HasSubstr("--agents 1: only 0 are attached"));
  EXPECT_GE(ended.begun_unix_ns, job.created_unix_ns);
  EXPECT_GE(ended.ended_unix_ns, ended.begun_unix_ns);
  EXPECT_EQ(ended.progress, "");
  EXPECT_FALSE(ended.end) << "no run began";
  EXPECT_EQ(Stored("run-1").state, JobState::kFailed) << "before it was told";
  EXPECT_EQ(Stored("run-1").error, ended.error);
  EXPECT_TRUE(server_.untouched());
  EXPECT_EQ(daemon_->snapshot(), nullptr);
}

TEST_F(DaemonTest, JobsAreTakenOneAfterAnotherInTheirOrder) {
  Start();
  OccupyWith("run-1");
  EXPECT_EQ(Submit("run-2").jobs_before, 1u);
  EXPECT_EQ(Submit("run-3").jobs_before, 2u);
  EXPECT_EQ(Get("run-1").jobs_before, 0u);
  std::vector<std::string> ids;
  for (const Job& job : daemon_->List()) ids.push_back(job.id);
  EXPECT_THAT(ids, ElementsAre("run-1", "run-2", "run-3"));
  ASSERT_TRUE(daemon_->Cancel("run-1", false).ok());
  const Job second = Until("run-2", JobState::kFailed);
  const Job third = Until("run-3", JobState::kFailed);
  EXPECT_LE(Get("run-1").ended_unix_ns, second.begun_unix_ns);
  EXPECT_LE(second.ended_unix_ns, third.begun_unix_ns);
}

TEST_F(DaemonTest, OneThatWaitsForAgentsSaysSoUntilItIsCancelled) {
  Start();
  OccupyWith("run-1");
  Daemon::View seen;
  while (seen.job.progress.empty()) seen = *daemon_->Await("run-1", seen, seconds(10));
  EXPECT_EQ(seen.job.progress, "waiting for agents: 0 attached, 1 asked for");
  EXPECT_EQ(Get("run-1").state, JobState::kRunning);
  ASSERT_TRUE(daemon_->Cancel("run-1", /*at_once=*/true).ok());
  const Job ended = Until("run-1", JobState::kCancelled);
  EXPECT_EQ(ended.error, absl::CancelledError("cancelled before it began"));
  EXPECT_EQ(ended.progress, "");
  EXPECT_TRUE(server_.untouched());
}

TEST_F(DaemonTest, AQueuedJobIsCancelledAtOnce) {
  Start();
  OccupyWith("run-1");
  Submit("run-2");
  Submit("run-3");
  const auto cancelled = daemon_->Cancel("run-2", false);
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->state, JobState::kCancelled);
  EXPECT_GT(cancelled->ended_unix_ns, 0);
  EXPECT_EQ(Stored("run-2").state, JobState::kCancelled);
  EXPECT_EQ(Get("run-3").jobs_before, 1u);
  ASSERT_TRUE(daemon_->Cancel("run-1", false).ok());
  Until("run-3", JobState::kFailed);
  EXPECT_EQ(Get("run-2").begun_unix_ns, 0) << "it never began";
  const auto again = daemon_->Cancel("run-2", true);
  EXPECT_EQ(again->ended_unix_ns, cancelled->ended_unix_ns) << "what is over stays as it is";
}

// Also where the worker is just about to begin it.
TEST_F(DaemonTest, WhatWasAnsweredAsCancelledNeverBegins) {
  Start();
  for (int i = 0; i < 40; ++i) {
    const std::string id = "run-" + std::to_string(i);
    Submit(id);
    if (i % 2 == 1) std::this_thread::yield();
    const auto answer = daemon_->Cancel(id, false);
    ASSERT_TRUE(answer.ok()) << answer.status();
    if (answer->state != JobState::kCancelled) continue;
    Submit(id + "-next");
    Until(id + "-next", JobState::kFailed);
    EXPECT_EQ(Get(id).state, JobState::kCancelled) << id;
    EXPECT_EQ(Get(id).begun_unix_ns, 0) << id;
  }
}

TEST_F(DaemonTest, ASubmissionMayBeRepeated) {
  Start();
  OccupyWith("run-1");
  const Job first = Submit("run-2");
  const Job second = Submit("run-2");
  EXPECT_EQ(second.created_unix_ns, first.created_unix_ns);
  EXPECT_EQ(second.state, JobState::kQueued);
  EXPECT_EQ(daemon_->List().size(), 2u);
  ASSERT_TRUE(daemon_->Cancel("run-2", false).ok());
  EXPECT_EQ(Submit("run-2").state, JobState::kCancelled) << "what is over does not begin anew";
}

TEST_F(DaemonTest, AnIdIsOfOneOrder) {
  Start();
  OccupyWith("run-1");
  EXPECT_EQ(Refusal(Submission("run-1"), Order("run-1", "another prompt")),
            absl::AlreadyExistsError("job run-1: another one of this id was submitted before"));
  EXPECT_EQ(Get("run-1").order_sha256, Sha256Hex(Order("run-1")));
}

TEST_F(DaemonTest, ASubmitterOfAnotherVersionIsRefused) {
  Start();
  Job job = Submission("run-1");
  job.specctl_version = "1.2.4";
  EXPECT_EQ(Refusal(job, Order("run-1")),
            absl::FailedPreconditionError("the controller is specctl 1.2.3 and this is specctl "
                                          "1.2.4: install the same version on both"));
  EXPECT_THAT(daemon_->List(), IsEmpty());
}

TEST_F(DaemonTest, WhatIsNoOrderIsRefusedAndLeavesNothing) {
  Start();
  const std::string order = Order("run-1");
  EXPECT_EQ(Refusal(Submission("run-1"), order.substr(0, order.size() / 2)),
            absl::InvalidArgumentError("order: gzip: damaged, or cut short"));
  EXPECT_EQ(Refusal(Submission("run-1"), ""),
            absl::InvalidArgumentError("order: gzip: damaged, or cut short"));
  EXPECT_EQ(Refusal(Submission("run-1"), Gzip("\xff\xff")),
            absl::InvalidArgumentError("order: it can't be read as one"));
  EXPECT_EQ(Refusal(Submission("run-1"), Gzip("")),
            absl::InvalidArgumentError("order: it has no prompts"));
  EXPECT_THAT(daemon_->List(), IsEmpty());
  EXPECT_TRUE(std::filesystem::is_empty(dir_.File("data/jobs")));
}

TEST_F(DaemonTest, ABombIsRefusedBeforeItIsUnpacked) {
  Start();
  const std::string bomb = Bomb();
  EXPECT_LT(bomb.size(), 2u << 20);
  EXPECT_EQ(Refusal(Submission("run-1"), bomb),
            absl::InvalidArgumentError("order: gzip: unpacks to more than 1073741824 bytes"));
  EXPECT_THAT(daemon_->List(), IsEmpty());
}

TEST_F(DaemonTest, WhatAJobBecomesIsNotTheSubmittersToSay) {
  Start();
  OccupyWith("run-1");
  Job job = Submission("run-2");
  job.state = JobState::kDone;
  job.created_unix_ns = 1;
  job.begun_unix_ns = 2;
  job.ended_unix_ns = 3;
  job.order_sha256 = "mine";
  job.has_secrets = true;
  job.error = absl::InternalError("mine");
  job.end = RunEnd::kCompleted;
  job.end_reason = "mine";
  job.progress = "mine";
  const auto taken = daemon_->Submit(job, {}, Order("run-2"));
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->state, JobState::kQueued);
  EXPECT_GT(taken->created_unix_ns, 3);
  EXPECT_EQ(taken->begun_unix_ns, 0);
  EXPECT_EQ(taken->ended_unix_ns, 0);
  EXPECT_EQ(taken->order_sha256, Sha256Hex(Order("run-2")));
  EXPECT_FALSE(taken->has_secrets);
  EXPECT_TRUE(taken->error.ok());
  EXPECT_FALSE(taken->end);
  EXPECT_EQ(taken->end_reason, "");
  EXPECT_EQ(taken->progress, "");
}

TEST_F(DaemonTest, OnlyAJobThatIsOverIsRemoved) {
  Start();
  OccupyWith("run-1");
  EXPECT_EQ(daemon_->Remove("run-1"),
            absl::FailedPreconditionError(
                "job run-1 is running: cancel it first (specctl cancel run-1)"));
  Submit("run-2");
  EXPECT_THAT(std::string(daemon_->Remove("run-2").message()), HasSubstr("run-2 is queued"));
  ASSERT_TRUE(daemon_->Cancel("run-2", false).ok());
  EXPECT_TRUE(daemon_->Remove("run-2").ok());
  EXPECT_FALSE(std::filesystem::exists(daemon_->FolderOf("run-2")));
  EXPECT_EQ(daemon_->List().size(), 1u);
  EXPECT_EQ(Submit("run-2").state, JobState::kQueued) << "its id is free again";
}

TEST_F(DaemonTest, AJobThatIsNotThereIsNamed) {
  Start();
  const absl::Status none = absl::NotFoundError(
      "job nobody: there is none of this id on the controller; specctl list shows all");
  EXPECT_EQ(daemon_->Get("nobody").status(), none);
  EXPECT_EQ(daemon_->Cancel("nobody", true).status(), none);
  EXPECT_EQ(daemon_->Remove("nobody"), none);
  EXPECT_EQ(daemon_->Await("nobody", {}, hours(1)).status(), none);
}

TEST_F(DaemonTest, ABoundedNumberOfJobsIsKept) {
  options_.jobs_max = 2;
  Start();
  OccupyWith("run-1");
  Submit("run-2");
  EXPECT_EQ(Refusal(Submission("run-3"), Order("run-3")),
            absl::ResourceExhaustedError(
                "the controller keeps 2 jobs already; remove some with specctl rm ID"));
  EXPECT_EQ(Submit("run-2").state, JobState::kQueued) << "a repetition is none more";
  ASSERT_TRUE(daemon_->Cancel("run-2", false).ok());
  ASSERT_TRUE(daemon_->Remove("run-2").ok());
  Submit("run-3");
}

TEST_F(DaemonTest, WhoWaitsHearsOfAChangeAndOfNothingElse) {
  Start();
  OccupyWith("run-1");
  Submit("run-2");
  const Daemon::View seen = *daemon_->Await("run-2", {}, hours(1));
  EXPECT_EQ(daemon_->Await("run-2", seen, milliseconds(20))->version, seen.version);
  std::thread later([this] { EXPECT_TRUE(daemon_->Cancel("run-2", false).ok()); });
  const auto view = daemon_->Await("run-2", seen, seconds(20));
  later.join();
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_NE(view->version, seen.version);
  EXPECT_EQ(view->job.state, JobState::kCancelled);
}

TEST_F(DaemonTest, AnOrderIsOfTheRunThatItsJobIs) {
  Start();
  EXPECT_EQ(Refusal(Submission("run-1"), Order("run-2")),
            absl::InvalidArgumentError("order: it is of run run-2, and the job is run-1"));
  EXPECT_THAT(daemon_->List(), IsEmpty());
}

TEST_F(DaemonTest, AtItsEndNothingBeginsAndWhatHadNotBegunIsPutOff) {
  Start();
  OccupyWith("run-1");
  Submit("run-2");
  EXPECT_FALSE(daemon_->idle());
  daemon_->EndRun();
  const Job put_off = Until("run-1", JobState::kQueued);
  EXPECT_EQ(put_off.begun_unix_ns, 0);
  EXPECT_EQ(put_off.progress, "");
  EXPECT_TRUE(daemon_->idle());
  EXPECT_EQ(Refusal(Submission("run-3"), Order("run-3")),
            absl::UnavailableError("the controller is shutting down"));
  Stop();
  EXPECT_EQ(Stored("run-1").state, JobState::kQueued);
  EXPECT_EQ(Stored("run-2").state, JobState::kQueued);
}

TEST_F(DaemonTest, WhatAClientCancelledIsNotPutOff) {
  Start();
  OccupyWith("run-1");
  ASSERT_TRUE(daemon_->Cancel("run-1", false).ok());
  daemon_->EndRun();
  Until("run-1", JobState::kCancelled);
}

TEST_F(DaemonTest, NothingRunsBeforeItIsStarted) {
  Construct();
  Submit("run-1");
  EXPECT_EQ(
      daemon_->Await("run-1", *daemon_->Await("run-1", {}, hours(1)), milliseconds(20))->job.state,
      JobState::kQueued);
  daemon_->Start();
  Until("run-1", JobState::kFailed);
}

// --- another life -------------------------------------------------------------------------------

// Agents of before are waited for, for longer than a test lasts: what begins stays on until it is
// cancelled.
TEST_F(DaemonTest, WhatWaitedGoesOnWaitingInItsOrder) {
  Start();
  OccupyWith("run-1");
  Submit("run-2");
  Submit("run-3");
  Restart();
  Until("run-1", JobState::kRunning);
  EXPECT_EQ(Get("run-2").jobs_before, 1u);
  EXPECT_EQ(Get("run-3").jobs_before, 2u);
  ASSERT_TRUE(daemon_->Cancel("run-1", false).ok());
  Until("run-2", JobState::kRunning);
  EXPECT_EQ(Get("run-1").state, JobState::kCancelled);
}

TEST_F(DaemonTest, SecretsAreInNoFileAndHaveToBeGivenAgain) {
  Start();
  OccupyWith("run-1");
  EXPECT_TRUE(Submit("run-2", Nanos(0), Key()).has_secrets);
  ASSERT_TRUE(daemon_->Cancel("run-1", false).ok());
  Until("run-2", JobState::kFailed);
  OccupyWith("run-3");
  Submit("run-4", Nanos(0), Key());
  Submit("run-5");
  Restart();
  ASSERT_TRUE(daemon_->Cancel("run-3", false).ok());
  Until("run-5", JobState::kRunning);
  EXPECT_EQ(Get("run-4").state, JobState::kNeedsSecret) << "passed over";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.File("data"))) {
    if (!entry.is_regular_file() || entry.path().filename() == "lock") continue;
    EXPECT_THAT(ReadAll(entry.path().string()), ::testing::Not(HasSubstr("sk-1"))) << entry;
  }
  EXPECT_EQ(Submit("run-4", Nanos(0), Key()).state, JobState::kQueued);
  ASSERT_TRUE(daemon_->Cancel("run-5", false).ok());
  Until("run-4", JobState::kRunning);
}

TEST_F(DaemonTest, WhatIsPutOffKeepsItsSecretsAsLongAsTheDaemonLives) {
  Start();
  Submit("run-1", hours(1), Key());
  Until("run-1", JobState::kRunning);
  daemon_->EndRun();
  Until("run-1", JobState::kQueued);
  Restart();
  EXPECT_EQ(Get("run-1").state, JobState::kNeedsSecret);
}

TEST_F(DaemonTest, ARepetitionWithoutTheSecretDoesNotBeginIt) {
  Start();
  OccupyWith("run-1");
  Submit("run-2", Nanos(0), Key());
  Restart();
  EXPECT_EQ(Submit("run-2").state, JobState::kNeedsSecret);
  EXPECT_EQ(Submit("run-2", Nanos(0), Key()).state, JobState::kQueued);
}

// Else it would begin without it in the next life.
TEST_F(DaemonTest, ASecretThatIsGivenLaterIsMissedLater) {
  Start();
  OccupyWith("run-1");
  EXPECT_FALSE(Submit("run-2").has_secrets);
  EXPECT_TRUE(Submit("run-2", Nanos(0), Key()).has_secrets);
  Restart();
  EXPECT_EQ(Get("run-2").state, JobState::kNeedsSecret);
}

TEST_F(DaemonTest, OneThatNeedsASecretIsCancelledAndRemovedAsAnyOther) {
  Start();
  OccupyWith("run-1");
  Submit("run-2", Nanos(0), Key());
  Restart();
  EXPECT_THAT(std::string(daemon_->Remove("run-2").message()), HasSubstr("is needs_secret"));
  EXPECT_EQ(daemon_->Cancel("run-2", false)->state, JobState::kCancelled);
  EXPECT_TRUE(daemon_->Remove("run-2").ok());
}

TEST_F(DaemonTest, ARunThatHadNotBegunBeginsAnew) {
  LeaveRunning("run-1");
  Start();
  Daemon::View seen;
  while (!seen.job.progress.starts_with("waiting for agents")) {
    seen = *daemon_->Await("run-1", seen, seconds(10));
  }
  EXPECT_EQ(seen.job.state, JobState::kRunning);
  EXPECT_GT(seen.job.begun_unix_ns, 5) << "it began again";
  ASSERT_TRUE(daemon_->Cancel("run-1", false).ok());
  Until("run-1", JobState::kCancelled);
}

TEST_F(DaemonTest, ARunThatWasCancelledMeanwhileDoesNotBeginAnew) {
  LeaveRunning("run-1");
  Construct();
  ASSERT_TRUE(daemon_->Cancel("run-1", false).ok());
  daemon_->Start();
  Until("run-1", JobState::kCancelled);
}

TEST_F(DaemonTest, ARunThatHadNotBegunAndLostItsSecretsWaitsForThem) {
  LeaveRunning("run-1", /*has_secrets=*/true);
  Start();
  Until("run-1", JobState::kNeedsSecret);
  EXPECT_EQ(Stored("run-1").state, JobState::kNeedsSecret);
  EXPECT_EQ(Get("run-1").progress, "");
}

TEST_F(DaemonTest, ARunThatHadEndedIsDone) {
  LeaveRunning("run-1");
  JournalScript script({.bs = 1});
  script.Begin({.slot = 0, .at_ms = 10}).Chunk(20, 1).Chunk(40, 3).Ok(60);
  auto journal = JournalWriter::Create(dir_.File("data/jobs/run-1/journal.pb"));
  ASSERT_TRUE(journal.ok()) << journal.status();
  for (const Event& event : script.Events()) journal->AppendEvent(event);
  ASSERT_TRUE(journal->Sync().ok());
  Start();
  const Job ended = Until("run-1", JobState::kDone);
  EXPECT_EQ(ended.end, RunEnd::kCompleted);
  EXPECT_EQ(ended.begun_unix_ns, 5);
  EXPECT_TRUE(std::filesystem::exists(daemon_->FolderOf("run-1") + "/run.json"));
  EXPECT_TRUE(server_.untouched());
}

TEST_F(DaemonTest, AJournalThatIsDamagedFailsItsRunAndNoOther) {
  LeaveRunning("run-1");
  JournalScript script({.bs = 1});
  script.Begin({.slot = 0, .at_ms = 10}).Chunk(20, 1).Ok(60);
  auto journal = JournalWriter::Create(dir_.File("data/jobs/run-1/journal.pb"));
  for (const Event& event : script.Events()) journal->AppendEvent(event);
  ASSERT_TRUE(journal->Sync().ok());
  std::fstream file(dir_.File("data/jobs/run-1/journal.pb"), std::ios::in | std::ios::out);
  file.seekp(20).put('\xff').put('\xff');
  file.close();
  Start();
  const Job ended = Until("run-1", JobState::kFailed);
  EXPECT_EQ(ended.error.code(), absl::StatusCode::kDataLoss);
  Submit("run-2");
  Until("run-2", JobState::kRunning);
}

}  // namespace
}  // namespace specctl::controller
