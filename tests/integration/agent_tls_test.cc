// https: kernel stamps under TLS, and whose certificates are taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <fstream>
#include <optional>

#include "agent/stream/load_generator.h"
#include "common/net/tls_context.h"
#include "tests/fakes/certificate.h"
#include "tests/fakes/receive_stamps.h"
#include "tests/fakes/scripted_server.h"
#include "tests/fakes/stream_bytes.h"
#include "tests/fakes/vllm_job.h"

namespace specctl::agent {
namespace {

using fakes::Certificate;
using fakes::ScriptedConnection;
using fakes::ScriptedServer;
using ::testing::HasSubstr;
namespace asio = boost::asio;

class AgentTlsTest : public ::testing::Test {
 protected:
  AgentTlsTest() { fakes::AwaitReceiveStamps(); }
  ~AgentTlsTest() override { std::remove(ca_file_.c_str()); }

  void ServeAs(const std::string& subject_alt_name) {
    certificate_ = fakes::MakeCertificate(subject_alt_name);
    tls_.use_certificate_chain(asio::buffer(certificate_.certificate_pem));
    tls_.use_private_key(asio::buffer(certificate_.key_pem), asio::ssl::context::pem);
    const auto script = [](ScriptedConnection& connection) -> Task<void> {
      for (;;) {
        const std::string request = co_await connection.ReadRequest();
        if (request.empty()) co_return;
        co_await connection.Send(fakes::WholeStream());
      }
    };
    const std::vector<ScriptedServer::Script> scripts = {script};
    server_.emplace(io_, scripts, &tls_);
  }
  std::string TrustedCaFile() {
    ca_file_ = ::testing::TempDir() + "specctl_agent_tls_test.pem";
    std::ofstream(ca_file_) << certificate_.certificate_pem;
    return ca_file_;
  }

  // Sends two requests on one slot.
  std::vector<RequestFinished> Run(const TlsSpec& tls) {
    LoadJob job;
    job.spec.tls = tls;
    job.spec.request.model = "m";
    job.slice.rows = 2;
    job.slice.slots = 1;
    job.slice.limits.positions_end = 2;
    job.targets = {fakes::VllmJob(server_->Url())};
    for (uint64_t row = 0; row < 2; ++row) {
      WorkloadItem item;
      item.turns = {{{"user", "hello", ""}}};
      job.slice.entries.push_back({row, item});
    }
    std::vector<RequestFinished> all;
    LoadGenerator::Options options;
    options.files_max = 1024;
    options.on_batch = [&](AgentBatch batch) {
      for (RequestFinished& finished : batch.finished) all.push_back(std::move(finished));
      if (batch.health) unstamped_ += batch.health->unstamped_reads;
    };
    LoadGenerator generator(io_, loop_, job, options);
    std::exception_ptr failure;
    asio::co_spawn(io_, Drive(generator), [&](std::exception_ptr error) { failure = error; });
    RunReactor(io_, loop_);
    if (failure) std::rethrow_exception(failure);
    return all;
  }
  Task<void> Drive(LoadGenerator& generator) {
    TaskGroup services(io_.get_executor());
    services.Spawn(server_->Run());
    const absl::Status prepared = co_await generator.Prepare();
    EXPECT_TRUE(prepared.ok()) << prepared;
    const MonoTime t0 = MonoNow();
    co_await generator.Run(t0);
    services.Cancel();
    co_await services.Join();
  }

  asio::io_context io_{1};
  LoopWatch loop_;
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  Certificate certificate_;
  std::string ca_file_;
  std::optional<ScriptedServer> server_;
  uint64_t unstamped_ = 0;
};

TEST_F(AgentTlsTest, ATrustedCertificateOfTheHostIsTaken) {
  ServeAs("IP:127.0.0.1");
  const auto all = Run({TrustedCaFile(), false});
  ASSERT_EQ(all.size(), 2u);
  for (const RequestFinished& finished : all) {
    EXPECT_EQ(finished.outcome, Outcome::kOk) << finished.error;
    EXPECT_EQ(finished.output_tokens, 4u);
  }
  EXPECT_TRUE(all[0].connect_ns);
  EXPECT_FALSE(all[1].connect_ns) << "the connection is kept";
  EXPECT_EQ(server_->connections(), 1u);
  EXPECT_EQ(unstamped_, 0u);
}

TEST_F(AgentTlsTest, TheTextOfTheFileIsEnoughWhereTheFileIsNot) {
  ServeAs("IP:127.0.0.1");
  const auto all =
      Run({.ca_file = "/on/another/machine.pem", .ca_pem = certificate_.certificate_pem});
  EXPECT_EQ(all.at(0).outcome, Outcome::kOk) << all.at(0).error;
}

TEST_F(AgentTlsTest, AnUnknownAuthorityIsRefused) {
  ServeAs("IP:127.0.0.1");
  const auto all = Run({"", false});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].outcome, Outcome::kFailed);
  EXPECT_EQ(all[0].failure, FailureKind::kTls);
  EXPECT_THAT(all[0].error, HasSubstr(server_->Url() + ": certificate rejected: self"));
  EXPECT_FALSE(all[0].start_mono_ns) << "nothing was sent";
}

TEST_F(AgentTlsTest, ACertificateOfAnotherHostIsRefused) {
  ServeAs("IP:127.0.0.2");
  const auto all = Run({TrustedCaFile(), false});
  EXPECT_EQ(all.at(0).failure, FailureKind::kTls);
  EXPECT_THAT(all.at(0).error, HasSubstr("IP address mismatch"));
}

TEST_F(AgentTlsTest, InsecureTakesAnyCertificate) {
  ServeAs("IP:127.0.0.2");
  const auto all = Run({"", true});
  EXPECT_EQ(all.at(0).outcome, Outcome::kOk) << all.at(0).error;
}

TEST(TlsContextTest, ACaFileThatIsNoneIsNamed) {
  const auto context = MakeClientTlsContext({"/no/such/file.pem", false});
  EXPECT_EQ(context.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(context.status().message(), "--ca-file: /no/such/file.pem: No such file or directory");
  const auto no_pem = MakeClientTlsContext({"/proc/self/stat", false});
  EXPECT_THAT(std::string(no_pem.status().message()),
              HasSubstr("--ca-file: need a PEM file of certificates, got /proc/self/stat: "));
  EXPECT_THAT(std::string(MakeClientTlsContext({"/", false}).status().message()),
              HasSubstr("--ca-file: /: Is a directory"));
}

}  // namespace
}  // namespace specctl::agent
