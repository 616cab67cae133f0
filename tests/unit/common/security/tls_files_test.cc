#include "common/security/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/security/certificate_folder.h"
#include "common/security/openssl_objects.h"

namespace specctl {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr UnixTime kFilesMade(std::chrono::seconds(1'795'000'000));

// Two authorities' folders, "a" and "b", valid for 100 days.
class TlsFilesTest : public ::testing::Test {
 protected:
  TlsFilesTest() {
    std::string name = ::testing::TempDir() + "/tls_files_XXXXXX";
    root_ = ::mkdtemp(name.data());
    for (const char* which : {"/a", "/b"}) {
      const absl::Status made = MakeCertificateFolder({.folder = root_ + which,
                                                       .names = {},
                                                       .now = kFilesMade,
                                                       .lifetime = hours(24 * 100),
                                                       .authority_lifetime = hours(24 * 1000)});
      EXPECT_TRUE(made.ok()) << made;
    }
  }
  ~TlsFilesTest() override { std::filesystem::remove_all(root_); }

  std::string Path(const std::string& file) const { return root_ + "/" + file; }
  void Copy(const std::string& from, const std::string& to) const {
    std::filesystem::copy_file(Path(from), Path(to),
                               std::filesystem::copy_options::overwrite_existing);
  }
  // What is said of a/agent, without the folder.
  std::string Refusal(absl::StatusCode code, UnixTime now = kFilesMade) const {
    const auto files = ReadTlsFiles(Path("a/agent"), PeerRole::kAgent, now);
    EXPECT_EQ(files.status().code(), code) << files.status();
    const std::string text(files.status().message());
    EXPECT_THAT(text, ::testing::StartsWith(Path("a/agent/")));
    return text.substr(std::min(text.size(), Path("a/agent/").size()));
  }

  std::string root_;
};

TEST_F(TlsFilesTest, WhatInitMadeIsReadWithoutAWord) {
  for (const PeerRole role : kPeerRoles) {
    const std::string folder = Path("a/" + std::string(NameOf(role)));
    const auto files = ReadTlsFiles(folder, role, kFilesMade);
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_EQ(files->facts.common_name, CommonNameOf(role));
    EXPECT_THAT(files->key_pem, HasSubstr("-----BEGIN PRIVATE KEY-----"));
    EXPECT_THAT(files->warnings, IsEmpty());
  }
}

TEST_F(TlsFilesTest, AMissingFileIsNamed) {
  std::filesystem::remove(Path("a/agent/tls.key"));
  EXPECT_EQ(Refusal(absl::StatusCode::kNotFound),
            "tls.key: there is no such file; need a folder with ca.crt, tls.crt and tls.key, as "
            "`specctl certs init` makes them");
  std::filesystem::remove_all(Path("a/agent"));
  EXPECT_THAT(Refusal(absl::StatusCode::kNotFound), HasSubstr("ca.crt: there is no such file"));
}

TEST_F(TlsFilesTest, FilesThatHoldSomethingElseAreNamed) {
  std::ofstream(Path("a/agent/tls.key")) << "no key";
  EXPECT_THAT(Refusal(absl::StatusCode::kInvalidArgument),
              HasSubstr("tls.key: need an unencrypted private key as PEM, got none: "));
  std::ofstream(Path("a/agent/tls.crt")) << "no certificate";
  EXPECT_THAT(Refusal(absl::StatusCode::kInvalidArgument),
              HasSubstr("tls.crt: need a certificate as PEM, got none: "));
  std::ofstream(Path("a/agent/ca.crt")) << std::string((1 << 20) + 1, 'x');
  EXPECT_EQ(Refusal(absl::StatusCode::kInvalidArgument),
            "ca.crt: need at most 1048576 bytes, got more");
  std::filesystem::remove(Path("a/agent/ca.crt"));
  ASSERT_EQ(::mkfifo(Path("a/agent/ca.crt").c_str(), 0600), 0);
  EXPECT_EQ(Refusal(absl::StatusCode::kInvalidArgument), "ca.crt: it is no regular file");
}

TEST_F(TlsFilesTest, AKeyOfAnotherCertificateIsRefused) {
  Copy("a/client/tls.key", "a/agent/tls.key");
  EXPECT_EQ(
      Refusal(absl::StatusCode::kInvalidArgument),
      "tls.key: it is not the key of " + Path("a/agent/tls.crt") + ": copy both from one folder");
}

TEST_F(TlsFilesTest, AnEncryptedKeyIsRefusedWithoutAskingForItsPassword) {
  const KeyPtr key = PrivateKeyOf(*ReadSmallFile(Path("a/agent/tls.key")));
  const BioPtr out(BIO_new(BIO_s_mem()));
  std::string password = "secret";
  ASSERT_EQ(PEM_write_bio_PrivateKey(out.get(), key.get(), EVP_aes_128_cbc(), nullptr, 0, nullptr,
                                     password.data()),
            1);
  std::ofstream(Path("a/agent/tls.key")) << TextOf(*out);
  EXPECT_THAT(Refusal(absl::StatusCode::kInvalidArgument),
              HasSubstr("tls.key: need an unencrypted private key as PEM, got none: "));
}

TEST_F(TlsFilesTest, AnotherAuthoritysFileIsRefused) {
  Copy("b/agent/ca.crt", "a/agent/ca.crt");
  EXPECT_EQ(Refusal(absl::StatusCode::kInvalidArgument),
            "tls.crt: no peer with this ca.crt would take it (unable to get local issuer "
            "certificate): copy all three files from one folder");
}

TEST_F(TlsFilesTest, SeveralAuthoritiesMayBeTrusted) {
  std::ofstream(Path("a/agent/ca.crt"))
      << *ReadSmallFile(Path("b/ca.crt")) << *ReadSmallFile(Path("a/ca.crt"));
  EXPECT_TRUE(ReadTlsFiles(Path("a/agent"), PeerRole::kAgent, kFilesMade).ok());
}

TEST_F(TlsFilesTest, AnotherRolesFolderIsRefused) {
  EXPECT_EQ(ReadTlsFiles(Path("a/client"), PeerRole::kAgent, kFilesMade).status(),
            absl::InvalidArgumentError(Path("a/client/tls.crt") +
                                       ": need the certificate of role agent, got that of role "
                                       "client; give the folder agent"));
  Copy("a/ca.crt", "a/agent/tls.crt");
  Copy("a/ca.key", "a/agent/tls.key");
  EXPECT_THAT(Refusal(absl::StatusCode::kInvalidArgument),
              ::testing::MatchesRegex("tls.crt: need the certificate of role agent, got one of "
                                      "'specctl authority .*', which is no role.*"));
}

TEST_F(TlsFilesTest, TimesAreCheckedAndTheEndIsToldBefore) {
  EXPECT_EQ(Refusal(absl::StatusCode::kFailedPrecondition, kFilesMade + hours(24 * 103)),
            "tls.crt: it expired 3 days ago; `specctl certs renew` makes another one");
  EXPECT_EQ(Refusal(absl::StatusCode::kFailedPrecondition, kFilesMade - hours(24)),
            "tls.crt: it is not valid before 2026-11-18, and here it is 2026-11-17; is this host's "
            "clock right?");
  const auto near_end =
      ReadTlsFiles(Path("a/agent"), PeerRole::kAgent, kFilesMade + hours(24 * 91));
  ASSERT_TRUE(near_end.ok()) << near_end.status();
  EXPECT_THAT(near_end->warnings,
              ElementsAre(Path("a/agent/tls.crt") +
                          ": it expires in 9 days; `specctl certs renew` makes another one, which "
                          "is taken without a restart"));
}

TEST_F(TlsFilesTest, AKeyThatEverybodyCanReadIsToldOf) {
  const std::string key = Path("a/agent/tls.key");
  ASSERT_EQ(::chmod(key.c_str(), 0644), 0);
  const auto files = ReadTlsFiles(Path("a/agent"), PeerRole::kAgent, kFilesMade);
  ASSERT_TRUE(files.ok());
  EXPECT_THAT(files->warnings,
              ElementsAre(key +
                          ": everybody on this host can get at the key (mode 0644): chmod "
                          "600 " +
                          key));
  // As Kubernetes mounts a secret for a pod's group.
  ASSERT_EQ(::chmod(key.c_str(), 0440), 0);
  EXPECT_EQ(KeyModeWarning(key), "");
  EXPECT_EQ(KeyModeWarning(Path("nowhere")), "");
}

}  // namespace
}  // namespace specctl
