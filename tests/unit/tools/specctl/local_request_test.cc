#include "tools/specctl/local_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <variant>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;

class LocalRequestTest : public ::testing::Test {
 protected:
  ~LocalRequestTest() override { std::remove(path_.c_str()); }
  void Write(const std::string& text) { std::ofstream(path_) << text; }

  const std::string path_ = ::testing::TempDir() + "specctl_local_request_test";
  controller::MeasureRequest request_;
};

TEST_F(LocalRequestTest, TheRowsOfAFileAreInTheRequest) {
  Write("{\"prompt\": \"x\"}\n");
  request_.prompts = DatasetRequest{.dataset = path_};
  ASSERT_TRUE(ReadLocalFiles(request_).ok());
  const Dataset& rows = std::get<Dataset>(request_.prompts);
  EXPECT_EQ(rows.conversations.size(), 1u);
  EXPECT_EQ(rows.identity.path, path_);
  request_.prompts = DatasetRequest{.dataset = "mt_bench", .file = path_};
  ASSERT_TRUE(ReadLocalFiles(request_).ok());
  EXPECT_EQ(std::get<Dataset>(request_.prompts).identity.name, "mt_bench");
}

TEST_F(LocalRequestTest, ANameIsLookedForElsewhere) {
  for (const char* name : {"mt_bench", "builtin", ""}) {
    request_.prompts = DatasetRequest{.dataset = name, .search_dirs = {"/nowhere"}};
    ASSERT_TRUE(ReadLocalFiles(request_).ok());
    EXPECT_EQ(std::get<DatasetRequest>(request_.prompts).dataset, name);
  }
}

TEST_F(LocalRequestTest, AFileThatIsNotThereIsNamed) {
  request_.prompts = DatasetRequest{.dataset = "speed_bench_quality"};
  EXPECT_THAT(
      std::string(ReadLocalFiles(request_).message()),
      HasSubstr("speed_bench_quality: not the name of a dataset, and no such file; did you mean"));
}

TEST_F(LocalRequestTest, TheFolderOfRequestMetricsIsThere) {
  request_.prompts = DatasetRequest{.dataset = "builtin"};
  request_.spec.sglang_metrics_dir = "/nope";
  EXPECT_THAT(std::string(ReadLocalFiles(request_).message()),
              HasSubstr("--sglang-metrics-dir: need a folder on this machine"));
  request_.spec.sglang_metrics_dir = "/tmp/../tmp/.";
  ASSERT_TRUE(ReadLocalFiles(request_).ok());
  EXPECT_EQ(request_.spec.sglang_metrics_dir, "/tmp");
}

TEST_F(LocalRequestTest, CertificatesAreReadAndChecked) {
  request_.prompts = DatasetRequest{.dataset = "builtin"};
  request_.spec.tls.ca_file = "/nope";
  EXPECT_EQ(ReadLocalFiles(request_).message(), "--ca-file: /nope: No such file or directory");
  Write("no PEM");
  request_.spec.tls.ca_file = path_;
  EXPECT_THAT(std::string(ReadLocalFiles(request_).message()),
              HasSubstr("--ca-file: need a PEM file of certificates, got " + path_));
  EXPECT_EQ(request_.spec.tls.ca_pem, "no PEM");
}

}  // namespace
}  // namespace specctl::cli
