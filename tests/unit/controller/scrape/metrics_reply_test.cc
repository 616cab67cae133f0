#include "controller/scrape/metrics_reply.h"

#include <gtest/gtest.h>

#include <string>

namespace specctl::controller {
namespace {

std::string Why(const HttpReply& reply) { return std::string(CheckMetricsReply(reply).message()); }

HttpReply Reply(uint32_t status, std::string type, std::string body) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = std::move(type);
  reply.body = std::move(body);
  return reply;
}

TEST(MetricsReplyTest, PrometheusTextIsTakenWhateverItsTypeSays) {
  EXPECT_EQ(Why(Reply(200, "text/plain", "# HELP a\na 1\n")), "");
  EXPECT_EQ(Why(Reply(200, "application/json", "a 1\n")), "");
  EXPECT_EQ(Why(Reply(200, "", "")), "");
}

TEST(MetricsReplyTest, WhatIsNoneSaysSoInOneLine) {
  EXPECT_EQ(Why(Reply(200, "application/json", "[]")),
            "status 200, but no Prometheus text (application/json): line 1: need a metric's name, "
            "got \"[]\"");
  EXPECT_EQ(Why(Reply(200, "text/html", "<!doctype html>\n<html>")),
            "status 200, but no Prometheus text (text/html): line 1: need a metric's name, got "
            "\"<!doctype html>\"");
}

TEST(MetricsReplyTest, AnotherStatusComesWithTheServersWords) {
  EXPECT_EQ(Why(Reply(401, "application/json", R"({"error":"no\u001bkey"})")),
            "status 401: no key");
  EXPECT_EQ(Why(Reply(404, "", "")), "status 404");
  HttpReply moved = Reply(307, "", "");
  moved.location = "/metrics/";
  EXPECT_EQ(Why(moved), "status 307, a redirect to /metrics/");
}

TEST(MetricsReplyTest, ACodingThatWasNotAskedForIsNamed) {
  HttpReply zipped = Reply(200, "text/plain", "\x1f\x8b");
  zipped.content_encoding = "gzip";
  EXPECT_EQ(Why(zipped), "answered with Content-Encoding \"gzip\", which was not requested");
}

}  // namespace
}  // namespace specctl::controller
