// A small sweep to measure: two targets, of which the second has two servers, over six rows.
#pragma once

#include <string>

#include "controller/sweep/sweep_job.h"

namespace specctl::controller {

inline Dataset TieredRows() {
  Dataset dataset;
  dataset.identity = {.name = "builtin_throughput_1k", .sha256 = "s", .rows = 6};
  dataset.family = DatasetFamily::kBuiltin;
  for (int i = 0; i < 6; ++i) {
    Conversation row;
    row.question_id = std::to_string(i);
    row.tier = i < 4 ? "mixed" : "low_entropy";
    row.turns = {{{.role = "user", .content = "Question " + std::to_string(i)}}};
    dataset.conversations.push_back(row);
  }
  return dataset;
}

inline SweepJob SmallJob() {
  SweepJob job;
  job.servers["off"] = {.servers = {{.url = "http://a:1", .name = "off"}},
                        .basic_authorizations = {"login"},
                        .gpus = 2};
  job.servers["dl3"] = {.servers = {{.url = "http://b:1"}, {.url = "http://c:1"}},
                        .basic_authorizations = {"", ""},
                        .gpus = {}};
  job.datasets["d"] = TieredRows();
  job.request.spec.load.seed = 7;
  job.new_run_id = [] { return std::string("id"); };
  return job;
}

inline Sweep SmallSweep() {
  Sweep sweep;
  sweep.id = "the-sweep";
  sweep.targets = {{.name = "off", .urls = {"http://a:1"}},
                   {.name = "dl3", .urls = {"http://b:1"}}};
  sweep.datasets = {{.name = "d"}};
  sweep.points.push_back({.key = {.target = "off",
                                  .load = {.level = 16},
                                  .dataset = "d",
                                  .tier = "mixed",
                                  .temperature = 0.5}});
  sweep.points.push_back(
      {.key = {.target = "dl3", .load = {LoadKind::kRate, 2.5}, .dataset = "d"}});
  return sweep;
}

}  // namespace specctl::controller
