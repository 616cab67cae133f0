#include "common/engine/server_identity.h"

#include <gtest/gtest.h>

#include <string>

#include "common/engine/engine_profile.h"
#include "tests/unit/common/engine/recording.h"

namespace specctl {
namespace {

// What the engine reads from one answer to any of its questions.
ServerIdentity Read(const EngineProfile& engine, std::string_view path, std::string_view body) {
  ServerIdentity identity;
  for (const IdentityQuestion& question : engine.identity) {
    if (question.path == path) question.read(body, identity);
  }
  return identity;
}

constexpr char kVllmInfo[] = "/server_info?config_format=json";

TEST(ServerIdentityTest, OfVllm) {
  EXPECT_EQ(Read(VllmProfile(), "/version", GoldenBody("vllm/version.http")).version, "0.32.0");
  const ServerIdentity server =
      Read(VllmProfile(), kVllmInfo,
           R"({"vllm_config":{"model_config":{"quantization":"fp8"},"parallel_config":{)"
           R"("tensor_parallel_size":8,"pipeline_parallel_size":1,"data_parallel_size":2,)"
           R"("enable_expert_parallel":true},"scheduler_config":{"stream_interval":4},)"
           R"("speculative_config":{"method":"eagle3","model":"org/draft","revision":"abc",)"
           R"("num_speculative_tokens":4}},"vllm_env":{}})");
  EXPECT_EQ(server.speculation_method, "eagle3");
  EXPECT_EQ(server.draft_length, 4u);
  EXPECT_EQ(server.drafter, "org/draft@abc");
  EXPECT_EQ(server.quantization, "fp8");
  EXPECT_EQ(server.parallelism, "tp=8 dp=2 ep");
  EXPECT_EQ(server.stream_interval, 4u);
}

TEST(ServerIdentityTest, OfVllmWithoutADrafter) {
  const auto read = [](const char* config) {
    return Read(VllmProfile(), kVllmInfo,
                std::string(R"({"vllm_config":{"speculative_config":)") + config + "}}");
  };
  EXPECT_EQ(read("null").speculation_method, "none");
  const ServerIdentity ngram = read(R"({"method":"ngram","model":"ngram"})");
  EXPECT_EQ(ngram.speculation_method, "ngram");
  EXPECT_EQ(ngram.drafter, "");
  EXPECT_EQ(read(R"({"method":null,"num_speculative_tokens":2})").draft_length, 2u);
}

TEST(ServerIdentityTest, OfSglang) {
  const ServerIdentity server =
      Read(SglangProfile(), "/server_info", GoldenBody("sglang/ngram.server-info.http"));
  EXPECT_EQ(server.version, "0.5.23");
  EXPECT_EQ(server.speculation_method, "NGRAM");
  EXPECT_EQ(server.draft_length, 3u);  // of 4 that are verified, one is free
  EXPECT_EQ(server.drafter, "");
  EXPECT_EQ(server.parallelism, "");
  EXPECT_EQ(server.stream_interval, 1u);
  const ServerIdentity none =
      Read(SglangProfile(), "/get_server_info",
           R"({"speculative_algorithm":null,"speculative_num_draft_tokens":4,"tp_size":8})");
  EXPECT_EQ(none.speculation_method, "none");
  EXPECT_FALSE(none.draft_length.has_value());
  EXPECT_EQ(none.parallelism, "tp=8");
}

// SGLang answers to both names of the question.
TEST(ServerIdentityTest, WhatIsToldTwiceIsListedOnce) {
  for (const EngineProfile* engine : {&SglangProfile(), &VllmProfile()}) {
    ServerIdentity identity;
    for (int i = 0; i < 2; ++i) {
      for (const IdentityQuestion& question : engine->identity) {
        question.read(R"({"version":"1","speculative_algorithm":null,"tp_size":8,"vllm_config":{)"
                      R"("speculative_config":null,"parallel_config":{)"
                      R"("tensor_parallel_size":8}}})",
                      identity);
      }
    }
    EXPECT_EQ(identity.parallelism, "tp=8") << engine->name;
  }
}

TEST(ServerIdentityTest, OfTheOthers) {
  EXPECT_EQ(Read(TrtllmProfile(), "/version", R"({"version":"1.2.0"})").version, "1.2.0");
  EXPECT_EQ(Read(NimProfile(), "/v1/version", R"({"release":"1.14.0","api":"1"})").version,
            "1.14.0");
  const ServerIdentity llamacpp =
      Read(LlamaCppProfile(), "/props", GoldenBody("llamacpp/none.props.http"));
  EXPECT_EQ(llamacpp.version, "b0-unknown");
  EXPECT_EQ(llamacpp.quantization, "all F32");
}

TEST(ServerIdentityTest, WhatCantBeReadTellsNothing) {
  for (const EngineProfile* engine : EngineProfiles()) {
    for (const IdentityQuestion& question : engine->identity) {
      for (const char* body : {"", "<html>", "[]", "{}", "7", R"({"version":1,"release":[]})",
                               R"({"vllm_config":{"speculative_config":7}})",
                               R"({"vllm_config":"model='m', speculative_config=None"})"}) {
        ServerIdentity identity;
        question.read(body, identity);
        EXPECT_EQ(identity, ServerIdentity()) << engine->name << " " << body;
      }
    }
  }
  const ServerIdentity odd =
      Read(SglangProfile(), "/server_info",
           R"({"speculative_algorithm":"A\u001b[31m","speculative_num_draft_tokens":1e99})");
  EXPECT_EQ(odd.speculation_method, "A [31m");
  EXPECT_FALSE(odd.draft_length.has_value());
}

}  // namespace
}  // namespace specctl
