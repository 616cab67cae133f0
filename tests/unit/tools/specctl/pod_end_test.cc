#include "tools/specctl/pod_end.h"

#include <absl/strings/str_format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// 2026-11-30T15:00:00Z
constexpr int64_t kBegunUnixNs = 1'796'050'800'000'000'000;

std::string Pod(std::string_view made, std::string_view status) {
  return absl::StrFormat(
      R"({"metadata": {"name": "load-7", "creationTimestamp": "%s"}, "status": {%s}})", made,
      status);
}

// One that has been there since before the run.
std::string PodWith(std::string_view status) { return Pod("2026-11-30T14:00:00Z", status); }

std::string Ended(std::string_view state, std::string_view reason, int code,
                  std::string_view finished) {
  return PodWith(absl::StrFormat(
      R"("containerStatuses": [{"name": "agent", "restartCount": 1, "%s": {"terminated":
          {"reason": "%s", "exitCode": %d, "finishedAt": "%s"}}}])",
      state, reason, code, finished));
}

std::string Told(std::string_view json, int64_t since_unix_ns = kBegunUnixNs) {
  return PodEndText(json, {.name = "load-7", .since_unix_ns = since_unix_ns});
}

TEST(PodEndTest, AKillForItsMemoryIsNamedWithWhatToDo) {
  for (const std::string_view state : {"state", "lastState"}) {
    EXPECT_EQ(Told(Ended(state, "OOMKilled", 137, "2026-11-30T15:00:30Z")),
              "pod load-7: Kubernetes has its container as OOMKilled (exit code 137): raise "
              "agents.resources.limits.memory, leave it out, or use more agents");
  }
}

TEST(PodEndTest, AnEndBeforeTheRunIsNone) {
  const std::string pod = Ended("lastState", "OOMKilled", 137, "2026-11-30T15:00:00Z");
  EXPECT_NE(Told(pod), "") << "its second may be the run's";
  EXPECT_NE(Told(pod, kBegunUnixNs + 999'999'999), "");
  EXPECT_EQ(Told(pod, kBegunUnixNs + 1'000'000'000), "");
}

TEST(PodEndTest, AnotherEndIsToldAsKubernetesHasIt) {
  EXPECT_EQ(Told(Ended("lastState", "Error", 139, "2026-11-30T15:00:30Z")),
            "pod load-7: Kubernetes has its container as Error (exit code 139)");
}

TEST(PodEndTest, AnEvictionIsNamedWithItsMessage) {
  EXPECT_EQ(Told(PodWith(R"("phase": "Failed", "reason": "Evicted",
                            "message": "The node was low on resource: memory.")")),
            "pod load-7 was evicted: The node was low on resource: memory.");
}

TEST(PodEndTest, OneThatIsAnotherOrOnItsWayOutWasDeleted) {
  EXPECT_EQ(Told(Pod("2026-11-30T15:00:20Z", R"("phase": "Running")")),
            "pod load-7 was deleted: the one of that name was made at 2026-11-30T15:00:20Z");
  EXPECT_EQ(Told(R"({"metadata": {"creationTimestamp": "2026-11-30T14:00:00Z",
                                  "deletionTimestamp": "2026-11-30T15:00:40Z"}})"),
            "pod load-7 is being deleted");
}

TEST(PodEndTest, OneThatNothingBefellTellsNothing) {
  EXPECT_EQ(Told(PodWith(R"("containerStatuses": [{"state": {"running": {}}, "lastState": {}}])")),
            "");
  for (const std::string_view odd :
       {R"({})", R"({"status": 3})", R"({"status": {"containerStatuses": [3, null]}})"}) {
    EXPECT_EQ(Told(odd), "") << odd;
  }
  EXPECT_EQ(Told("[]"), "pod load-7: what kubectl printed of it is no pod");
  EXPECT_EQ(Told("{"), "pod load-7: what kubectl printed of it is no pod");
}

AgentFigures Agent(std::string_view pod, bool lost) {
  AgentFigures agent;
  agent.host.pod = std::string(pod);
  agent.lost = lost;
  return agent;
}

TEST(PodEndTest, EachPodWithALostAgentIsAskedForOnce) {
  std::vector<std::string> asked;
  const auto lines = PodEnds(
      {Agent("load-1", true), Agent("load-1", true), Agent("load-2", false), Agent("", true),
       Agent("load-3", true), Agent("load-4", true)},
      kBegunUnixNs, [&](const std::string& name) -> absl::StatusOr<std::string> {
        asked.push_back(name);
        if (name == "load-1") {
          return absl::UnavailableError(
              R"(kubectl get pod load-1: Error from server (NotFound): pods "load-1" not found)");
        }
        if (name == "load-3") return absl::UnavailableError("kubectl get pod load-3: Forbidden");
        return PodWith("");
      });
  EXPECT_THAT(asked, ElementsAre("load-1", "load-3", "load-4"));
  EXPECT_THAT(lines, ElementsAre("pod load-1 was deleted",
                                 "pod load-3: how it ended can't be asked: kubectl get pod load-3: "
                                 "Forbidden"));
}

TEST(PodEndTest, OfManyOnlyAFewAreAskedFor) {
  std::vector<AgentFigures> agents;
  for (int i = 0; i < 100; ++i) agents.push_back(Agent(absl::StrFormat("load-%d", i), true));
  int asked = 0;
  EXPECT_THAT(PodEnds(agents, kBegunUnixNs,
                      [&asked](const std::string&) -> absl::StatusOr<std::string> {
                        ++asked;
                        return PodWith("");
                      }),
              IsEmpty());
  EXPECT_EQ(asked, 4);
}

}  // namespace
}  // namespace specctl::cli
