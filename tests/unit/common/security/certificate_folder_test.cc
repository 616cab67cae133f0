#include "common/security/certificate_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "common/security/tls_files.h"

namespace specctl {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

namespace fs = std::filesystem;

constexpr UnixTime kFolderMade(std::chrono::seconds(1'795'000'000));
constexpr UnixTime kFolderRenewed = kFolderMade + hours(24 * 30);

class CertificateFolderTest : public ::testing::Test {
 protected:
  CertificateFolderTest() {
    std::string name = ::testing::TempDir() + "/certificate_folder_XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  ~CertificateFolderTest() override { fs::remove_all(root_); }

  NewCertificates Wanted() const {
    return {.folder = root_ + "/pki",
            .names = {"load-1"},
            .now = kFolderMade,
            .lifetime = hours(24 * 100),
            .authority_lifetime = hours(24 * 1000)};
  }
  void Make() const {
    const absl::Status made = MakeCertificateFolder(Wanted());
    ASSERT_TRUE(made.ok()) << made;
  }
  Renewal Renewed(std::optional<PeerRole> role = std::nullopt) const {
    return {.folder = root_ + "/pki",
            .role = role,
            .names = {},
            .now = kFolderRenewed,
            .lifetime = hours(24 * 100)};
  }
  // Every file's text, by its path within the folder.
  std::map<std::string, std::string> Texts() const {
    std::map<std::string, std::string> texts;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.is_regular_file()) {
        texts[fs::relative(entry.path(), root_ + "/pki")] = *ReadSmallFile(entry.path());
      }
    }
    return texts;
  }
  // Paths whose text is another than in `before`.
  static std::vector<std::string> Changed(const std::map<std::string, std::string>& before,
                                          const std::map<std::string, std::string>& after) {
    std::vector<std::string> changed;
    for (const auto& [path, text] : after) {
      if (!before.contains(path) || before.at(path) != text) changed.push_back(path);
    }
    return changed;
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0) << path;
    return about.st_mode & 07777;
  }

  std::string root_;
};

TEST_F(CertificateFolderTest, InitMakesWhatEachRoleNeedsAndKeepsKeysToTheUser) {
  const mode_t umask_before = ::umask(0);
  Make();
  ::umask(umask_before);
  std::vector<std::string> files;
  for (const auto& [path, text] : Texts()) files.push_back(path);
  EXPECT_THAT(files, UnorderedElementsAre("ca.crt", "ca.key", "agent/ca.crt", "agent/tls.crt",
                                          "agent/tls.key", "client/ca.crt", "client/tls.crt",
                                          "client/tls.key", "controller/ca.crt",
                                          "controller/tls.crt", "controller/tls.key"));
  for (const auto& path : files) {
    const bool is_key = path.ends_with(".key");
    EXPECT_EQ(ModeOf(root_ + "/pki/" + path), is_key ? 0600u : 0644u) << path;
  }
  for (const char* folder : {"/pki", "/pki/controller", "/pki/agent", "/pki/client"}) {
    EXPECT_EQ(ModeOf(root_ + folder), 0700u) << folder;
  }
  for (const PeerRole role : kPeerRoles) {
    const auto read = ReadTlsFiles(root_ + "/pki/" + std::string(NameOf(role)), role, kFolderMade);
    EXPECT_TRUE(read.ok()) << read.status();
  }
}

TEST_F(CertificateFolderTest, InitOverwritesNothingAndLeavesNothingBehind) {
  fs::create_directories(root_ + "/pki/client");
  std::ofstream(root_ + "/pki/client/tls.key") << "mine";
  const absl::Status refused = MakeCertificateFolder(Wanted());
  EXPECT_EQ(refused,
            absl::AlreadyExistsError(root_ + "/pki/client/tls.key: it is there, and is not "
                                             "overwritten; give another folder, or `specctl "
                                             "certs renew`"));
  EXPECT_THAT(Texts(), ElementsAre(std::pair("client/tls.key", "mine")));
  EXPECT_FALSE(fs::exists(root_ + "/pki/controller"));
}

TEST_F(CertificateFolderTest, InitTwiceIsRefused) {
  Make();
  const auto before = Texts();
  EXPECT_TRUE(absl::IsAlreadyExists(MakeCertificateFolder(Wanted())));
  EXPECT_EQ(Texts(), before);
}

TEST_F(CertificateFolderTest, ABadNameOrPlaceLeavesNothing) {
  NewCertificates bad_name = Wanted();
  bad_name.names = {"no name"};
  EXPECT_TRUE(absl::IsInvalidArgument(MakeCertificateFolder(bad_name)));
  EXPECT_TRUE(fs::is_empty(root_));
  NewCertificates bad_place = Wanted();
  std::ofstream(root_ + "/file") << "";
  bad_place.folder = root_ + "/file";
  const absl::Status refused = MakeCertificateFolder(bad_place);
  EXPECT_EQ(refused.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(refused.message()), StartsWith(root_ + "/file: "));
}

TEST_F(CertificateFolderTest, RenewalIsOfTheSameAuthorityAndKeepsTheNames) {
  Make();
  const auto before = Texts();
  ASSERT_TRUE(RenewCertificates(Renewed()).ok());
  const auto after = Texts();
  EXPECT_EQ(after.size(), before.size()) << "nothing is left beside the files";
  EXPECT_THAT(Changed(before, after),
              UnorderedElementsAre("agent/tls.crt", "agent/tls.key", "client/tls.crt",
                                   "client/tls.key", "controller/tls.crt", "controller/tls.key"));
  const auto read = ReadTlsFiles(root_ + "/pki/controller", PeerRole::kController, kFolderRenewed);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->facts.names, ElementsAre("load-1", "localhost", "127.0.0.1", "::1"));
  EXPECT_EQ(read->facts.not_after, kFolderRenewed + hours(24 * 100));
  EXPECT_EQ(ModeOf(root_ + "/pki/controller/tls.key"), 0600u);
}

TEST_F(CertificateFolderTest, RenewalOfOneRoleLeavesTheOthers) {
  Make();
  const auto before = Texts();
  ASSERT_TRUE(RenewCertificates(Renewed(PeerRole::kAgent)).ok());
  EXPECT_THAT(Changed(before, Texts()), UnorderedElementsAre("agent/tls.crt", "agent/tls.key"));
}

TEST_F(CertificateFolderTest, RenewalGivesNewNamesWhereItIsTold) {
  Make();
  Renewal renewal = Renewed(PeerRole::kController);
  renewal.names = {"load-2"};
  ASSERT_TRUE(RenewCertificates(renewal).ok());
  const auto listed = ListCertificates(root_ + "/pki/controller");
  ASSERT_TRUE(listed.ok());
  EXPECT_THAT(listed->front().facts.names, ElementsAre("load-2", "localhost", "127.0.0.1", "::1"));
  renewal.role = PeerRole::kAgent;
  EXPECT_EQ(RenewCertificates(renewal),
            absl::InvalidArgumentError(
                "--name: only a controller is dialled by name, got it with --role agent"));
}

TEST_F(CertificateFolderTest, ARolesFolderThatWasMovedAwayIsMadeAgain) {
  Make();
  fs::remove_all(root_ + "/pki/agent");
  fs::remove_all(root_ + "/pki/controller");
  EXPECT_TRUE(RenewCertificates(Renewed(PeerRole::kAgent)).ok());
  EXPECT_EQ(ModeOf(root_ + "/pki/agent"), 0700u);
  const absl::Status nameless = RenewCertificates(Renewed(PeerRole::kController));
  EXPECT_TRUE(absl::IsNotFound(nameless));
  EXPECT_THAT(std::string(nameless.message()),
              HasSubstr("/controller/tls.crt: there is no such file; its names are needed"));
  EXPECT_FALSE(fs::exists(root_ + "/pki/controller"));
}

TEST_F(CertificateFolderTest, RenewalNeedsALivingAuthority) {
  EXPECT_EQ(RenewCertificates(Renewed()),
            absl::NotFoundError(root_ +
                                "/pki/ca.crt: there is no such file; need the folder that `specctl "
                                "certs init` made"));
  Make();
  const auto before = Texts();
  Renewal late = Renewed();
  late.now = kFolderMade + hours(24 * 1010);
  EXPECT_EQ(RenewCertificates(late),
            absl::FailedPreconditionError("authority: it expired 10 days ago"));
  EXPECT_EQ(Texts(), before);
}

TEST_F(CertificateFolderTest, CertificatesAreListedOfAnAuthorityAndOfARole) {
  Make();
  ASSERT_EQ(::chmod((root_ + "/pki/agent/tls.key").c_str(), 0644), 0);
  const auto whole = ListCertificates(root_ + "/pki");
  ASSERT_TRUE(whole.ok()) << whole.status();
  std::vector<std::string> what;
  for (const auto& one : *whole) what.push_back(one.what);
  EXPECT_THAT(what, ElementsAre("authority", "controller", "agent", "client"));
  EXPECT_THAT((*whole)[2].warning, HasSubstr("agent/tls.key: everybody on this host"));
  const auto role = ListCertificates(root_ + "/pki/client");
  ASSERT_TRUE(role.ok());
  ASSERT_EQ(role->size(), 2u);
  EXPECT_EQ(role->front().what, "specctl-client");
  EXPECT_TRUE(absl::IsNotFound(ListCertificates(root_).status()));
  std::ofstream(root_ + "/pki/client/tls.crt") << "no certificate";
  EXPECT_TRUE(absl::IsInvalidArgument(ListCertificates(root_ + "/pki").status()));
}

}  // namespace
}  // namespace specctl
