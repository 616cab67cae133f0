// The flags of `specctl run`, as they were given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Absent: not given, so that a default, or the run of --like, decides.  Whole numbers are within
// the ranges that --help names.  Durations and other texts are still unparsed: run_request.h does
// that, with the flag's name in the error.
struct RunFlags {
  std::vector<std::string> urls, targets, model_mix, keep_headers;
  std::optional<std::string> url_policy, receive_stamps, model, endpoint;

  std::optional<uint64_t> agents, bs, requests, conversations, osl, seed, gpus;
  std::optional<std::string> duration, ramp, warmup, grace, max_failed;

  std::optional<std::string> dataset, dataset_dir, dataset_format, input_file;
  std::optional<std::string> custom_dataset_type, public_dataset;

  std::optional<std::string> temperature, api_key_env;
  std::optional<bool> ignore_eos;
  std::vector<std::string> extra_inputs, headers, tags;

  std::optional<std::string> timeout, connect_timeout, idle_timeout, agent_timeout, wait_ready;
  std::optional<std::string> ca_file;
  std::optional<bool> insecure;

  std::vector<std::string> server_metrics, metrics_headers;
  bool no_server_metrics = false;

  std::optional<std::string> output_dir, like;
  std::string format = "text";
  std::optional<bool> save_text;
  bool dry_run = false, strict = false;

  // What the command line says about flags that change nothing, one sentence each.
  std::vector<std::string> notes;
};

// Defines the flags on `app`.  `flags` must outlive the parsing.  Flags of AIPerf that mean the
// same are aliases; those that change nothing here are taken with a note; those that are planned
// and not built yet are refused by name (CLI::ValidationError), and numbers out of their range by
// name, value and range, from the command line as from the file of --config.
void AddRunFlags(CLI::App& app, RunFlags& flags);

}  // namespace specctl::cli
