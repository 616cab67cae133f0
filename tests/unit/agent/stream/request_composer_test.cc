#include "agent/stream/request_composer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

LoadJob Job() {
  LoadJob job;
  job.spec.run_id = "run-7";
  job.spec.request.model = "m";
  job.spec.request.osl_tokens = 64;
  job.targets = {{.url = "http://gpu-1:8000/prefix/v1",
                  .dialect = R"({"fields":{"stream_options":{"include_usage":true}}})",
                  .model = "",
                  .authorization = ""}};
  return job;
}

RequestComposer::Composed ComposeAll(const LoadJob& job, const WorkloadItem& item) {
  const auto composer = RequestComposer::Create(job);
  EXPECT_TRUE(composer.ok()) << composer.status();
  RequestComposer::Request request;
  request.position = 12;
  request.turn = 1;
  request.item = &item;
  request.messages = item.turns.at(0);
  return composer->Compose(request).value_or(RequestComposer::Composed());
}

std::string Compose(const LoadJob& job, const WorkloadItem& item) {
  return ComposeAll(job, item).bytes;
}

WorkloadItem OneTurn() {
  WorkloadItem item;
  item.turns = {{{"user", "Hello \"you\"", ""}}};
  return item;
}

TEST(RequestComposerTest, TheRequestNamesRouteHostAndRequestId) {
  const std::string request = Compose(Job(), OneTurn());
  EXPECT_THAT(request, StartsWith("POST /prefix/v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nHost: gpu-1:8000\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Request-Id: run-7-12.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAccept: text/event-stream\r\n"));
  EXPECT_THAT(request, HasSubstr(R"("content":"Hello \"you\"")"));
  EXPECT_THAT(request, HasSubstr(R"("stream_options":{"include_usage":true})"));
  EXPECT_THAT(request, EndsWith("}"));
}

TEST(RequestComposerTest, RequestsArePutInTheTargetsDialect) {
  LoadJob job = Job();
  job.targets[0].dialect = R"({"fields":{"return_token_ids":true},"closes_after_stream":true})";
  const std::string request = Compose(job, OneTurn());
  EXPECT_THAT(request, HasSubstr(R"("return_token_ids":true)"));
  EXPECT_THAT(request, Not(HasSubstr("stream_options")));
  EXPECT_TRUE(RequestComposer::Create(job)->ClosesAfterStream(0));
  EXPECT_FALSE(RequestComposer::Create(Job())->ClosesAfterStream(0));
  job.targets[0].dialect = "[]";
  EXPECT_TRUE(absl::IsInvalidArgument(RequestComposer::Create(job).status()));
}

TEST(RequestComposerTest, CompletionsHaveTheirOwnRoute) {
  LoadJob job = Job();
  job.spec.request.endpoint = Endpoint::kCompletions;
  EXPECT_THAT(Compose(job, OneTurn()), StartsWith("POST /prefix/v1/completions "));
}

TEST(RequestComposerTest, ARowsOwnMaxTokensGoesBeforeOsl) {
  WorkloadItem item = OneTurn();
  EXPECT_THAT(Compose(Job(), item), HasSubstr("\"max_tokens\":64"));
  item.max_tokens = 9;
  EXPECT_THAT(Compose(Job(), item), HasSubstr("\"max_tokens\":9"));
}

TEST(RequestComposerTest, WhatTheResponseIsReadByComesWithTheRequest) {
  WorkloadItem item = OneTurn();
  item.extra_json = R"({"max_tokens":5})";
  LoadJob job = Job();
  EXPECT_EQ(ComposeAll(job, item).max_tokens, 5u);
  EXPECT_TRUE(ComposeAll(job, item).trust_usage);
  job.targets[0].dialect = R"({"fields":{},"ignore_usage_on_chunks":true})";
  EXPECT_FALSE(ComposeAll(job, item).trust_usage);
}

TEST(RequestComposerTest, KeysAndHeadersAreSent) {
  LoadJob job = Job();
  job.targets[0].authorization = "Bearer secret";
  job.headers = {{"X-Token", "t"}, {"X-Team", "a b"}};
  const std::string request = Compose(job, OneTurn());
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer secret\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Token: t\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Team: a b\r\n"));
}

TEST(RequestComposerTest, AHeaderThatWouldSplitTheRequestIsRefused) {
  LoadJob job = Job();
  job.headers = {{"X-Bad", "a\r\nb: c"}};
  const auto composer = RequestComposer::Create(job);
  EXPECT_EQ(composer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(composer.status().message()), HasSubstr("--header: \"X-Bad\""));
  EXPECT_THAT(std::string(composer.status().message()), Not(HasSubstr("b: c")));
}

}  // namespace
}  // namespace specctl::agent
