// A network of two targets that says what a test wants, and keeps what it was asked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/measure/measure_request.h"
#include "controller/measure/network.h"

namespace specctl::controller {

struct FakeNetwork final : Network {
  // Of 4 cores and 1024 files.
  FakeNetwork() {
    fleet.hosts = {{.name = "", .cores = 4, .files_max = 1024}};
    fleet.controller_files_max = 1024;
  }

  const FleetFacts& Machines() const override { return fleet; }
  absl::StatusOr<TargetProbed> Probe(const ProbeInput& input, Nanos wait) override {
    asked.push_back(input);
    waits.push_back(wait);
    if (asked.size() == errors_at) return error;
    TargetProbed target;
    target.url = input.url;
    target.engine = "vllm";
    const std::string& serves = served.at((asked.size() - 1) % served.size());
    target.served_models = {serves};
    target.model = input.model.empty() ? serves : input.model;
    target.max_model_len_tokens = context_tokens;
    target.stream_options = stream_options;
    if (input.want_metrics && has_metrics) target.metrics_url = input.url + "/metrics";
    if (!has_metrics) target.metrics_note = "404";
    return target;
  }

  absl::Status FlushCache(const ProbeInput& input, std::string_view engine) override {
    flushed.push_back(input.url + " " + std::string(engine));
    return flush_error;
  }

  absl::StatusOr<std::string> Metrics(const MetricsTarget& target, const FetchOptions&) override {
    metrics_asked.push_back(target.url.ToString());
    const auto text = metrics_texts.find(target.url.ToString());
    if (text == metrics_texts.end()) return absl::UnavailableError("nobody answers");
    return text->second;
  }

  NameLookup::Addresses AddressesOf(const std::string& host) override {
    const auto known = addresses.find(host);
    if (known == addresses.end()) return absl::UnavailableError("no such host");
    NameLookup::Addresses found = std::vector<boost::asio::ip::address>();
    for (const std::string& text : known->second) {
      found->push_back(boost::asio::ip::make_address(text));
    }
    return found;
  }

  FleetFacts fleet;
  std::map<std::string, std::vector<std::string>> addresses;  // by host
  std::vector<std::string> served = {"base", "base"};         // a target one model
  std::optional<uint32_t> context_tokens;
  bool has_metrics = true, stream_options = true;
  size_t errors_at = 0;  // 1: the first question; 0: none
  absl::Status error;

  absl::Status flush_error;

  std::vector<ProbeInput> asked;
  std::vector<std::string> flushed;  // "URL engine"
  std::vector<Nanos> waits;
  std::vector<std::string> metrics_asked;  // URLs
  std::map<std::string, std::string> metrics_texts;
};

// Two targets and one row of 400 bytes, which are about 100 tokens; nothing else is given.
inline MeasureRequest TwoTargets() {
  MeasureRequest request;
  request.spec.run_id = "id";
  request.spec.targets = {{.url = "http://a:1"}, {.url = "http://b:2"}};
  Dataset dataset;
  dataset.identity = {.name = "mine.jsonl", .path = "mine.jsonl", .sha256 = "s", .rows = 1};
  Conversation row;
  row.question_id = "1";
  row.turns = {{{.role = "user", .content = std::string(400, 'x')}}};
  dataset.conversations = {row};
  dataset.notes = {"of the dataset"};
  request.prompts = dataset;
  request.notes = {"of the flags"};
  return request;
}

}  // namespace specctl::controller
