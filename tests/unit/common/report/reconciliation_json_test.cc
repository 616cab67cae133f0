#include "common/report/reconciliation_json.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace specctl {
namespace {

TEST(ReconciliationJsonTest, AnAbsentValueIsAnAbsentKey) {
  Reconciliation table;
  table.Of(ReconciledRow::kSteps) = {5.0, std::nullopt, 7.0};
  table.accept_rates = {{std::nullopt, std::nullopt, 0.5}};
  table.differences = {{.row = ReconciledRow::kSteps,
                        .position = {},
                        .source = ReconciledSource::kChunks,
                        .against = ReconciledSource::kPerRequest,
                        .value = -2,
                        .reasons = {"why"},
                        .expected = true}};
  JsonWriter json;
  json.BeginObject();
  WriteReconciliation(table, json);
  WriteReconciliation(std::nullopt, json);
  json.EndObject();
  const boost::json::value all = boost::json::parse(json.text());
  EXPECT_EQ(all.as_object().size(), 1u);
  const boost::json::value& read = all.at("reconciliation");
  const boost::json::object& steps = read.at("steps").as_object();
  EXPECT_EQ(steps.at("chunks").to_number<double>(), 5);
  EXPECT_FALSE(steps.contains("counters"));
  EXPECT_TRUE(read.at("drafts").as_object().empty());
  EXPECT_EQ(read.at("accept_rates").at(0).at("per_request").to_number<double>(), 0.5);
  const boost::json::value& difference = read.at("differences").at(0);
  EXPECT_EQ(difference.at("row").as_string(), "steps");
  EXPECT_EQ(difference.at("against").as_string(), "per_request");
  EXPECT_TRUE(difference.at("expected").as_bool());
}

}  // namespace
}  // namespace specctl
