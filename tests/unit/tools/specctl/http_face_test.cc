#include "tools/specctl/http_face.h"

#include <deque>
#include <mutex>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "common/base/clock.h"

namespace specctl::cli {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

uint16_t PortOf(const std::string& url) {
  return static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

// A connection of a client's; waits 10 s at most for what comes.
class Client {
 public:
  explicit Client(uint16_t port) {
    socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  // Whoever has closed the connection takes nothing.
  void Send(std::string_view bytes) {
    boost::system::error_code gone;
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), gone);
  }
  // All that comes until the connection is closed.
  std::string ReadToEnd() {
    std::string text;
    std::array<char, 4'096> part;
    for (;;) {
      const ssize_t got = ::recv(socket_.native_handle(), part.data(), part.size(), 0);
      EXPECT_TRUE(got >= 0 || errno == ECONNRESET) << "it was not closed";
      if (got <= 0) return text;
      text.append(part.data(), static_cast<size_t>(got));
    }
  }

 private:
  asio::io_context io_;
  tcp::socket socket_{io_};
};

class HttpFaceTest : public ::testing::Test {
 protected:
  HttpFaceTest() {
    auto face = HttpFace::Start("127.0.0.1:0", [this](std::string_view target) {
      const std::lock_guard lock(mu_);
      targets_.emplace_back(target);
      if (target == "/livez") return HttpAnswer{.body = "ok\n"};
      return HttpAnswer{.status = 404, .content_type = "text/odd", .body = "none\n"};
    });
    EXPECT_TRUE(face.ok()) << face.status();
    face_ = *std::move(face);
  }

  uint16_t port() const { return PortOf(face_->url()); }
  std::string Ask(const std::string& request) const {
    Client client(port());
    client.Send(request);
    return client.ReadToEnd();
  }
  std::string Get(const std::string& target) const {
    return Ask("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  std::vector<std::string> targets() {
    const std::lock_guard lock(mu_);
    return targets_;
  }

  std::mutex mu_;
  std::vector<std::string> targets_;
  std::unique_ptr<HttpFace> face_;
};

constexpr const char* kOk =
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 3\r\n\r\n";

TEST_F(HttpFaceTest, AGetIsAnsweredAndTheConnectionClosed) {
  EXPECT_THAT(face_->url(), StartsWith("http://127.0.0.1:"));
  EXPECT_EQ(Get("/livez"), std::string(kOk) + "ok\n");
  EXPECT_EQ(Ask("GET /livez HTTP/1.0\r\n\r\n"), std::string(kOk) + "ok\n");
}

TEST_F(HttpFaceTest, AHeadIsAnsweredWithoutTheBody) {
  EXPECT_EQ(Ask("HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n"), kOk);
}

TEST_F(HttpFaceTest, TheTargetIsHandedOverAsItIsAndTheAnswerAsItIs) {
  EXPECT_EQ(Get("/x?a=b%20c"),
            "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Type: text/odd\r\n"
            "Content-Length: 5\r\n\r\nnone\n");
  EXPECT_THAT(targets(), ElementsAre("/x?a=b%20c"));
}

TEST_F(HttpFaceTest, NothingButReadingIsAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const std::string answer = Ask(std::string(method) + " /livez HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n")) << method;
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD\r\n")) << method;
    EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\nonly GET\n")) << method;
  }
  EXPECT_THAT(targets(), IsEmpty());
}

TEST_F(HttpFaceTest, ABodyIsNotWaitedFor) {
  EXPECT_THAT(Ask("POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nxy"),
              StartsWith("HTTP/1.1 405 "));
}

TEST_F(HttpFaceTest, ARequestThatComesInPiecesIsARequest) {
  Client client(port());
  for (const char piece : std::string("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")) {
    client.Send(std::string(1, piece));
  }
  EXPECT_EQ(client.ReadToEnd(), std::string(kOk) + "ok\n");
}

TEST_F(HttpFaceTest, OneRequestAConnection) {
  const std::string request = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(Ask(request + request), std::string(kOk) + "ok\n");
  EXPECT_EQ(targets().size(), 1u);
}

TEST_F(HttpFaceTest, AHeadOfMoreThan8KiBIsCutOff) {
  const auto of_size = [](size_t bytes) {
    return "GET /livez HTTP/1.1\r\nX: " + std::string(bytes, 'x') + "\r\n\r\n";
  };
  EXPECT_THAT(Ask(of_size(8'000)), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_EQ(Ask(of_size(8'200)), "");
  EXPECT_EQ(Ask(of_size(1'000'000)), "");
  EXPECT_EQ(targets().size(), 1u);
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK")) << "others are served";
}

TEST_F(HttpFaceTest, WhatIsNoHttpIsCutOff) {
  EXPECT_EQ(Ask("hello\r\n\r\n"), "");
  EXPECT_EQ(Ask(std::string("\x16\x03\x01\0\xa5\x01\0\0\xa1\x03\x03\r\n\r\n", 15)), "");
  EXPECT_EQ(Ask("GET /livez SMTP/1.1\r\n\r\n"), "");
  EXPECT_EQ(Ask(std::string(100, '\0')), "");
  EXPECT_THAT(targets(), IsEmpty());
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpFaceTest, AClientThatLeavesHarmsNobody) {
  for (const char* begun : {"", "G", "GET /livez HTTP/1.1\r\n", "GET /livez HTTP/1.1\r\n\r\n"}) {
    Client client(port());
    client.Send(begun);
  }
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK"));
}

// Takes the 5 s that a head has to arrive.
TEST_F(HttpFaceTest, SlowClientsAreBoundedInNumberAndTime) {
  const MonoTime begun = MonoNow();
  std::deque<Client> slow;
  for (int i = 0; i < 64; ++i) slow.emplace_back(port()).Send("GET /livez");
  Client beyond(port());
  beyond.Send("GET /livez HTTP/1.1\r\n\r\n");
  EXPECT_EQ(beyond.ReadToEnd(), "") << "closed at once";
  EXPECT_LT(MonoNow() - begun, seconds(2));
  slow.back().Send(" HTTP/1.1\r\n\r\n");
  EXPECT_EQ(slow.back().ReadToEnd(), std::string(kOk) + "ok\n");
  slow.pop_back();
  // Its place is free as soon as the face has noticed.
  std::string answer;
  while (answer.empty() && MonoNow() - begun < seconds(4)) answer = Get("/livez");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_EQ(slow.front().ReadToEnd(), "");
  const Nanos waited = MonoNow() - begun;
  EXPECT_GT(waited, milliseconds(4'900));
  EXPECT_LT(waited, seconds(9));
}

TEST_F(HttpFaceTest, ItEndsThoughAClientIsThere) {
  Client idle(port()), begun(port());
  begun.Send("GET /livez");
  ASSERT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK"));
  const MonoTime before = MonoNow();
  face_.reset();
  EXPECT_LT(MonoNow() - before, seconds(2));
  EXPECT_EQ(idle.ReadToEnd(), "");
  EXPECT_EQ(begun.ReadToEnd(), "");
}

TEST_F(HttpFaceTest, APortThatIsTakenIsSaid) {
  const std::string listen = "127.0.0.1:" + std::to_string(port());
  const auto second = HttpFace::Start(listen, [](std::string_view) { return HttpAnswer(); });
  EXPECT_EQ(
      second.status(),
      absl::UnavailableError("--http " + listen + ": can't listen there: Address already in use"));
}

TEST_F(HttpFaceTest, WhatIsNoAddressIsRefused) {
  for (const char* listen : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:80x",
                             "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:99999999999",
                             "no-such-host.example:80", "127.0.0.1.1:80", "[::1:80"}) {
    const auto face = HttpFace::Start(listen, [](std::string_view) { return HttpAnswer(); });
    EXPECT_EQ(face.status(),
              absl::InvalidArgumentError(std::string("--http: need ADDRESS:PORT, e.g. "
                                                     "127.0.0.1:8080 or 0.0.0.0:8080, got ") +
                                         listen));
  }
}

TEST_F(HttpFaceTest, AddressesAreShownAsTheyAreDialled) {
  const auto url_of = [](const std::string& listen) {
    const auto face = HttpFace::Start(listen, [](std::string_view) { return HttpAnswer(); });
    EXPECT_TRUE(face.ok()) << face.status();
    return face.ok() ? (*face)->url() : "";
  };
  EXPECT_THAT(url_of("localhost:0"), StartsWith("http://127.0.0.1:"));
  EXPECT_THAT(url_of("0.0.0.0:0"), StartsWith("http://127.0.0.1:"));
  const auto six = HttpFace::Start("[::1]:0", [](std::string_view) { return HttpAnswer(); });
  if (!six.ok()) GTEST_SKIP() << six.status();
  EXPECT_THAT((*six)->url(), StartsWith("http://[::1]:"));
}

}  // namespace
}  // namespace specctl::cli
