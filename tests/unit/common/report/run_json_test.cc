#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <set>
#include <string>
#include <vector>

#include "common/journal/spec_codec.h"
#include "common/report/artifacts.h"
#include "tests/unit/common/journal/filled_message.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::boost::json::object;
using ::boost::json::parse;

object RunOf(const Results& results) { return parse(RunJson(results)).as_object(); }

TEST(RunJsonTest, TellsWhatIsNeededToRepeatTheRun) {
  const object run = RunOf(testing::FullResults());
  EXPECT_EQ(run.at("schema_version").as_int64(), 1);
  EXPECT_EQ(run.at("t0_unix_ns").as_int64(), 1795342455000000000);
  EXPECT_EQ(run.at("spec").at("load").at("seed").as_int64(), 7);
  EXPECT_EQ(run.at("spec").at("load").at("bs").as_int64(), 512);
  EXPECT_EQ(run.at("spec").at("timeouts").at("request_s").to_number<double>(), 600);
  EXPECT_EQ(run.at("dataset").at("path").as_string(), "/data/throughput_1k.jsonl");
  EXPECT_EQ(run.at("dataset").at("rows").as_int64(), 1536);
  EXPECT_EQ(run.at("targets").at(1).at("token_source").as_string(), "continuous_usage");
  EXPECT_EQ(run.at("agents").at(0).at("host").at("hostname").as_string(), "load-0");
}

TEST(RunJsonTest, LimitsThatWereNotSetAreAbsent) {
  Results results = testing::FullResults();
  const object unlimited = RunOf(results).at("spec").at("load").as_object();
  EXPECT_FALSE(unlimited.contains("duration_s"));
  EXPECT_FALSE(unlimited.contains("requests_max"));
  results.spec.load.duration = std::chrono::milliseconds(1500);
  EXPECT_EQ(RunOf(results).at("spec").at("load").at("duration_s").as_double(), 1.5);
}

TEST(RunJsonTest, TheServersOwnTemperatureIsAbsent) {
  Results results = testing::FullResults();
  EXPECT_TRUE(RunOf(results).at("spec").at("request").as_object().contains("temperature"));
  results.spec.request.temperature.reset();
  EXPECT_FALSE(RunOf(results).at("spec").at("request").as_object().contains("temperature"));
}

TEST(RunJsonTest, ATagGivenTwiceHasItsLastValue) {
  const object run = RunOf(testing::FullResults());
  EXPECT_EQ(run.at("tags").as_object().size(), 2u);
  EXPECT_EQ(run.at("tags").at("team").as_string(), "b");
}

TEST(RunJsonTest, BuiltinPromptsAreCalledWhatTheyAre) {
  const object run = RunOf(testing::BareResults());
  EXPECT_TRUE(run.at("dataset").at("builtin").as_bool());
  EXPECT_TRUE(run.at("dataset").as_object().contains("warning"));
  EXPECT_FALSE(run.contains("t0_unix_ns"));
}

using Path = std::vector<const google::protobuf::FieldDescriptor*>;

// The paths of all fields that are no messages.
void AddPaths(const google::protobuf::Descriptor* type, Path& path, std::vector<Path>& paths) {
  for (int i = 0; i < type->field_count(); ++i) {
    path.push_back(type->field(i));
    if (path.back()->message_type() != nullptr) {
      AddPaths(path.back()->message_type(), path, paths);
    } else {
      paths.push_back(path);
    }
    path.pop_back();
  }
}

void Clear(const Path& path, google::protobuf::Message* message) {
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    const auto* reflection = message->GetReflection();
    message = path[i]->is_repeated() ? reflection->MutableRepeatedMessage(message, path[i], 0)
                                     : reflection->MutableMessage(message, path[i]);
  }
  message->GetReflection()->ClearField(message, path.back());
}

std::string NameOf(const Path& path) {
  std::string name;
  for (const auto* field : path) name += (name.empty() ? "" : ".") + field->name();
  return name;
}

TEST(RunJsonTest, EveryFieldOfTheSpecIsThere) {
  // Of old journals; which model a target was asked for is told request by request; and a shape is
  // a closed loop or an open one, which `full` has.
  const std::set<std::string> elsewhere = {"target_urls", "targets.model", "load.bs"};
  v1::RunSpec full;
  uint32_t next = 0;
  testing::Fill(full, next);
  full.clear_target_urls();
  const auto print = [](const v1::RunSpec& spec) {
    Results results;
    results.spec = SpecFromProto(spec);
    results.targets = {testing::SampleTarget(0)};
    return RunJson(results);
  };
  std::vector<Path> paths;
  Path root;
  AddPaths(v1::RunSpec::descriptor(), root, paths);
  EXPECT_GT(paths.size(), 40u);
  for (const Path& path : paths) {
    if (elsewhere.contains(NameOf(path))) continue;
    v1::RunSpec without = full;
    Clear(path, &without);
    EXPECT_NE(print(without), print(full)) << NameOf(path) << " is not in run.json";
  }
  full.mutable_load()->set_bs(4711);
  EXPECT_NE(print(full).find("\"bs\": 4711,"), std::string::npos);
}

}  // namespace
}  // namespace specctl
