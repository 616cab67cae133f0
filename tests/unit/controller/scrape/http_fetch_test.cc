#include "controller/scrape/http_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <future>
#include <memory>

#include "common/net/tls_context.h"
#include "tests/fakes/answering_server.h"
#include "tests/fakes/certificate.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::controller {
namespace {

using fakes::AnsweringServer;
using fakes::PlainResponse;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A GET of /metrics, from `base`.
absl::StatusOr<HttpReply> Get(const std::string& base, const FetchOptions& options = {}) {
  HttpRequest request{.method = "GET", .path = "/metrics"};
  request.headers.emplace_back("Authorization", "Bearer k");
  return Fetch(*ParseUrl(base), request, options);
}

// What a server that answers by `bytes` is found to say.
absl::StatusOr<HttpReply> Answered(const std::string& bytes, const FetchOptions& options = {}) {
  AnsweringServer server([&](const std::string&) { return bytes; });
  return Get(server.Url(), options);
}

std::string TextOf(const absl::StatusOr<HttpReply>& reply) {
  return std::string(reply.status().message());
}

TEST(HttpFetchTest, TheReplyIsReadWhole) {
  AnsweringServer server([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nServer: uvicorn\r\nContent-Type: Text/Plain; version=0.0.4\r\n"
           "Content-Length: 5\r\n\r\nhello";
  });
  const auto reply = Get(server.Url());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 200u);
  EXPECT_EQ(reply->content_type, "text/plain");
  EXPECT_EQ(reply->server, "uvicorn");
  EXPECT_EQ(reply->body, "hello");
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_THAT(server.requests()[0], AllOf(StartsWith("GET /metrics HTTP/1.1\r\n"),
                                          HasSubstr("\r\nAuthorization: Bearer k\r\n")));
}

TEST(HttpFetchTest, ABodyInChunksOrUntilTheEndIsReadToo) {
  const auto chunked = Answered(fakes::StreamHead() + fakes::HttpChunk("hel") +
                                fakes::HttpChunk("lo") + fakes::LastChunk());
  ASSERT_TRUE(chunked.ok()) << chunked.status();
  EXPECT_EQ(chunked->body, "hello");
  const auto until_end = Answered("HTTP/1.1 200 OK\r\n\r\nhello");
  ASSERT_TRUE(until_end.ok()) << until_end.status();
  EXPECT_EQ(until_end->body, "hello");
}

TEST(HttpFetchTest, AnotherStatusIsAReplyAsWell) {
  const auto reply = Answered(PlainResponse("503 Service Unavailable", "loading"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 503u);
  EXPECT_EQ(reply->body, "loading");
}

TEST(HttpFetchTest, NobodyThereIsUnavailable) {
  const std::string url = fakes::RefusingUrl();
  const auto reply = Get(url);
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(TextOf(reply), StartsWith(url + "/metrics: connect: "));
}

TEST(HttpFetchTest, WhatIsNotHttpIsAnInvalidArgument) {
  const auto reply = Answered("220 mail.example.org ESMTP\r\n\r\n");
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(TextOf(reply), HasSubstr("/metrics: "));
}

TEST(HttpFetchTest, AReplyThatBreaksOffIsUnavailable) {
  const auto reply = Answered("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(TextOf(reply), HasSubstr("closed before the end of the response"));
}

TEST(HttpFetchTest, ABodyOverTheLimitIsRefused) {
  FetchOptions options;
  options.body_bytes_max = 10;
  EXPECT_TRUE(Answered(PlainResponse("200 OK", "0123456789"), options).ok());
  const auto reply = Answered(PlainResponse("200 OK", "0123456789A"), options);
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(TextOf(reply), EndsWith("/metrics: a body of more than 10 bytes"));
}

TEST(HttpFetchTest, AServerThatSaysNothingIsLeftAfterTheTime) {
  FetchOptions options;
  options.timeout = milliseconds(50);
  const auto reply = Answered("", options);
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(TextOf(reply), EndsWith("/metrics: no answer within 0.05 s"));
}

TEST(HttpFetchTest, WhatServersGetWrongInTheirHeadsDoesNoHarm) {
  const std::string chunks = fakes::HttpChunk("hel") + fakes::HttpChunk("lo") + fakes::LastChunk();
  for (const std::string& bytes : std::vector<std::string>{
           "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
           "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
           "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n" + chunks,
           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
       }) {
    const auto reply = Answered(bytes);
    ASSERT_TRUE(reply.ok()) << reply.status() << " of " << bytes;
    EXPECT_EQ(reply->status, 200u);
    EXPECT_EQ(reply->body, "hello");
  }
}

TEST(HttpFetchTest, WhatTheReplySaysOfItselfIsKept) {
  const auto reply = Answered(
      "HTTP/1.1 307 Moved\r\nLocation: /metrics/\r\nContent-Encoding: GZIP\r\n"
      "Content-Length: 0\r\n\r\n");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->location, "/metrics/");
  EXPECT_EQ(reply->content_encoding, "gzip");
  EXPECT_THAT(reply->peer, StartsWith("here:"));
}

TEST(HttpFetchTest, ABodyInChunksHasALimitToo) {
  FetchOptions options;
  options.body_bytes_max = 4;
  const auto reply = Answered(
      fakes::StreamHead() + fakes::HttpChunk("hel") + fakes::HttpChunk("lo") + fakes::LastChunk(),
      options);
  EXPECT_THAT(TextOf(reply), EndsWith("/metrics: a body of more than 4 bytes"));
}

TEST(HttpFetchTest, ADeadNameServerDoesNotOutlastTheDeadline) {
  const auto answer = std::make_shared<std::promise<void>>();
  NameLookup lookup([=](const std::string&) -> NameLookup::Addresses {
    answer->get_future().wait();
    return absl::UnavailableError("too late");
  });
  FetchOptions options;
  options.timeout = milliseconds(50);
  options.lookup = &lookup;
  const auto reply = Get("http://dead.example:80", options);
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(
      TextOf(reply),
      "http://dead.example:80/metrics: look up the host: no name server answered within 0.05 s");
  answer->set_value();
}

TEST(HttpFetchTest, ANameIsLookedUp) {
  AnsweringServer server([](const std::string&) { return PlainResponse("200 OK", "hello"); });
  NameLookup lookup([](const std::string& host) -> NameLookup::Addresses {
    EXPECT_EQ(host, "some.example");
    return std::vector<boost::asio::ip::address>{boost::asio::ip::address_v6::loopback(),
                                                 boost::asio::ip::address_v4::loopback()};
  });
  FetchOptions options;
  options.lookup = &lookup;
  const std::string port = server.Url().substr(server.Url().rfind(':'));
  const auto reply = Get("http://some.example" + port, options);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body, "hello");
}

// --- https --------------------------------------------------------------------------------------

class HttpFetchTlsTest : public ::testing::Test {
 protected:
  HttpFetchTlsTest() {
    const fakes::Certificate certificate = fakes::MakeCertificate("IP:127.0.0.1");
    tls_.use_certificate_chain(boost::asio::buffer(certificate.certificate_pem));
    tls_.use_private_key(boost::asio::buffer(certificate.key_pem), boost::asio::ssl::context::pem);
    std::ofstream(ca_file_) << certificate.certificate_pem;
  }
  ~HttpFetchTlsTest() override { std::remove(ca_file_.c_str()); }

  absl::StatusOr<HttpReply> GetTrusting(const std::string& ca_file) {
    AnsweringServer server([](const std::string&) { return PlainResponse("200 OK", "hello"); },
                           &tls_);
    FetchOptions options;
    options.tls = *MakeClientTlsContext({.ca_file = ca_file});
    return Get(server.Url(), options);
  }

  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  const std::string ca_file_ = ::testing::TempDir() + "specctl_http_fetch_test.pem";
};

TEST_F(HttpFetchTlsTest, ATrustedServerIsRead) {
  const auto reply = GetTrusting(ca_file_);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body, "hello");
}

TEST_F(HttpFetchTlsTest, AStrangerIsRefusedAndSaysWhyAndWhatToDo) {
  const auto reply = GetTrusting("");
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(TextOf(reply), HasSubstr("/metrics: TLS: certificate rejected: self-signed"));
  EXPECT_THAT(TextOf(reply),
              EndsWith("(trust its issuer with --ca-file, or skip verification with --insecure)"));
}

}  // namespace
}  // namespace specctl::controller
