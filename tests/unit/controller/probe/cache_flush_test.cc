#include "controller/probe/cache_flush.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/fakes/answering_server.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::controller {
namespace {

using fakes::AnsweringServer;
using fakes::PlainResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

absl::Status Flush(const AnsweringServer& server, const EngineProfile& engine,
                   Nanos patience = Nanos(0)) {
  ProbeInput input;
  input.url = server.Url();
  return FlushPrefixCache(input, engine, patience);
}

TEST(FlushPrefixCacheTest, IsAskedAsTheEngineHasIt) {
  AnsweringServer server(
      [](const std::string&) { return PlainResponse("200 OK", R"({"success":true})"); });
  EXPECT_TRUE(Flush(server, VllmProfile()).ok());
  EXPECT_TRUE(Flush(server, SglangProfile()).ok());
  EXPECT_THAT(server.requests(), ElementsAre(StartsWith("POST /reset_prefix_cache HTTP/1.1\r\n"),
                                             StartsWith("POST /flush_cache HTTP/1.1\r\n")));
}

// vLLM answers 200 also where it did not; SGLang once did.
TEST(FlushPrefixCacheTest, AnAnswerThatItFailedIsAnError) {
  AnsweringServer vllm(
      [](const std::string&) { return PlainResponse("200 OK", R"({"success": false})"); });
  const absl::Status failed = Flush(vllm, VllmProfile());
  EXPECT_TRUE(absl::IsUnimplemented(failed));
  EXPECT_THAT(std::string(failed.message()), HasSubstr("VLLM_SERVER_DEV_MODE=1"));
  AnsweringServer sglang([](const std::string&) {
    return PlainResponse("400 Bad Request", "Flush cache failed.\n", "text/plain");
  });
  EXPECT_THAT(std::string(Flush(sglang, SglangProfile()).message()),
              HasSubstr("--flush-cache: POST " + sglang.Url() + "/flush_cache answered 400"));
}

// The request of the probe may still be in the server's last step.
TEST(FlushPrefixCacheTest, AServerThatIsBusyIsAskedAgain) {
  std::atomic<int> asked = 0;
  AnsweringServer sglang([&](const std::string&) {
    return ++asked < 2 ? PlainResponse("400 Bad Request", "Flush cache failed.\n", "text/plain")
                       : PlainResponse("200 OK", "Cache flushed.\n", "text/plain");
  });
  EXPECT_TRUE(Flush(sglang, SglangProfile(), std::chrono::seconds(60)).ok());
  EXPECT_EQ(asked, 2);
}

TEST(FlushPrefixCacheTest, AnEngineWithoutAWayIsSaidToHaveNone) {
  AnsweringServer server([](const std::string&) { return PlainResponse("200 OK", "{}"); });
  const absl::Status refused = Flush(server, TrtllmProfile());
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("--flush-cache: TensorRT-LLM has no way to clear its prefix cache"));
  EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace specctl::controller
