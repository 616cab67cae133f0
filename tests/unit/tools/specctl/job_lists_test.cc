#include "tools/specctl/job_lists.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace specctl::cli {
namespace {

using controller::FleetMember;
using controller::Job;
using controller::JobState;
using ::testing::HasSubstr;

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kCreatedNs = 1'000 * kSecondNs;

UnixTime After(int64_t age_s) { return UnixTime(Nanos(kCreatedNs + age_s * kSecondNs)); }

Job Waiting() {
  return {.id = "run-1", .created_unix_ns = kCreatedNs, .command = "specctl run http://a:8000"};
}

// The second line, without what is beyond its last column.
std::string LineOf(const Job& job, UnixTime now) {
  const std::string table = JobTable({job}, now);
  const size_t begin = table.find('\n') + 1;
  return table.substr(begin, table.find('\n', begin) - begin);
}

TEST(JobListsTest, AJobIsALine) {
  Job running = Waiting();
  running.id = "20261122-101410-7f3a";
  running.kind = controller::JobKind::kSweep;
  running.state = JobState::kRunning;
  running.begun_unix_ns = kCreatedNs + 20 * kSecondNs;
  EXPECT_EQ(
      JobTable({Waiting(), running}, After(80)),
      "       id                     state             age     took  \n"
      "run    run-1                  queued           80 s        -  specctl run http://a:8000\n"
      "sweep  20261122-101410-7f3a   running          80 s     60 s  specctl run http://a:8000\n");
}

TEST(JobListsTest, NoJobsAreASentence) {
  EXPECT_EQ(JobTable({}, After(0)), "no runs or sweeps\n");
  EXPECT_THAT(AgentTable({}), HasSubstr("no agents are attached; to start some: specctl agent "));
  EXPECT_EQ(JobsJson({}), "[]\n");
  EXPECT_EQ(AgentsJson({}), "[]\n");
}

TEST(JobListsTest, AgesHaveTheUnitThatFits) {
  for (const auto& [age_s, text] :
       std::vector<std::pair<int64_t, std::string>>{{-5, " 0 s "},
                                                    {0, " 0 s "},
                                                    {119, " 119 s "},
                                                    {120, " 2 min "},
                                                    {7'199, " 119 min "},
                                                    {7'200, " 2 h "},
                                                    {48 * 3'600 - 1, " 47 h "},
                                                    {48 * 3'600, " 2 d "}}) {
    EXPECT_THAT(LineOf(Waiting(), After(age_s)), HasSubstr(text)) << age_s;
  }
}

TEST(JobListsTest, WhatIsOverTookAsLongAsItDid) {
  Job done = Waiting();
  done.state = JobState::kDone;
  done.begun_unix_ns = kCreatedNs;
  done.ended_unix_ns = kCreatedNs + 300 * kSecondNs;
  EXPECT_THAT(LineOf(done, After(100'000)), HasSubstr("done             27 h    5 min  specctl"));
  Job cancelled = Waiting();
  cancelled.state = JobState::kCancelled;
  cancelled.ended_unix_ns = kCreatedNs + 300 * kSecondNs;
  EXPECT_THAT(LineOf(cancelled, After(60)), HasSubstr("cancelled        60 s        -  "))
      << "it never began";
}

TEST(JobListsTest, WhatOneWouldAskNextIsSaid) {
  Job job = Waiting();
  EXPECT_THAT(LineOf(job, After(0)), ::testing::EndsWith("-  specctl run http://a:8000"));
  job.progress = "waiting for agents: 0 attached, 1 asked for";
  EXPECT_THAT(LineOf(job, After(0)), ::testing::EndsWith("-  " + job.progress));
  job.end_reason = "interrupted";
  EXPECT_THAT(LineOf(job, After(0)), ::testing::EndsWith("-  interrupted"));
  job.error = absl::InternalError("the disk is full");
  EXPECT_THAT(LineOf(job, After(0)), ::testing::EndsWith("-  the disk is full"));
}

TEST(JobListsTest, AJobIsALineWhateverItSays) {
  Job job = Waiting();
  job.error = absl::InternalError("one\ntwo\x1b[2J");
  const std::string table = JobTable({job}, After(0));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2) << table;
}

TEST(JobListsTest, JobsAsJsonHaveWhatThereIs) {
  Job job = Waiting();
  job.submitter = "ann@host-a";
  job.jobs_before = 2;
  Job failed = Waiting();
  failed.id = "run-2";
  failed.state = JobState::kFailed;
  failed.begun_unix_ns = kCreatedNs + 1;
  failed.ended_unix_ns = kCreatedNs + 2;
  failed.end_reason = "the \"reason\"";
  failed.error = absl::InternalError("why\n");
  const boost::json::value read = boost::json::parse(JobsJson({job, failed}));
  EXPECT_EQ(read, boost::json::parse(R"([
    {"id": "run-1", "kind": "run", "state": "queued", "created_unix_ns": 1000000000000,
     "command": "specctl run http://a:8000", "submitter": "ann@host-a", "jobs_before": 2},
    {"id": "run-2", "kind": "run", "state": "failed", "created_unix_ns": 1000000000000,
     "begun_unix_ns": 1000000000001, "ended_unix_ns": 1000000000002,
     "command": "specctl run http://a:8000", "end_reason": "the \"reason\"", "error": "why\n"}])"));
}

std::vector<FleetMember> Members() {
  std::vector<FleetMember> members(3);
  members[0].name = "agent-0";
  members[0].host.hostname = "node-a";
  members[0].host.pid = 42;
  members[0].host.cores = 64;
  members[0].host.files_max = 1'048'576;
  members[0].specctl_version = "1.2.3";
  members[0].connected = members[0].in_run = true;
  members[1].connected = true;
  members[2].in_run = true;
  return members;
}

TEST(JobListsTest, AnAgentIsALine) {
  EXPECT_EQ(AgentTable(Members()),
            "agent                            host                      cores  files  state\n"
            "agent-0                          node-a                       64 1048576  in a run\n"
            "                                                               0      0  idle\n"
            "                                                               0      0  away\n");
}

TEST(JobListsTest, AgentsAsJsonAreWhole) {
  const boost::json::value read = boost::json::parse(AgentsJson(Members()));
  ASSERT_EQ(read.as_array().size(), 3u);
  EXPECT_EQ(read.at(0), boost::json::parse(R"(
    {"name": "agent-0", "hostname": "node-a", "pid": 42, "cores": 64, "files_max": 1048576,
     "specctl_version": "1.2.3", "connected": true, "in_run": true})"));
  EXPECT_EQ(read.at(2).at("connected"), false);
  EXPECT_EQ(read.at(2).at("in_run"), true);
}

}  // namespace
}  // namespace specctl::cli
