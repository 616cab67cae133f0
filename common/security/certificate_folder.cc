#include "common/security/certificate_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/unique_fd.h"
#include "common/security/authority.h"
#include "common/security/tls_files.h"

namespace specctl {
namespace {

constexpr mode_t kKeyMode = 0600, kCertificateMode = 0644, kFolderMode = 0700;

struct FileToWrite {
  std::string path, text;
  mode_t mode;
};

absl::Status CannotWrite(const std::string& path) {
  return absl::InternalError(absl::StrFormat("%s: %s", path, std::strerror(errno)));
}

// ALREADY_EXISTS where there is a file of that name.
absl::Status WriteNewFile(const FileToWrite& file) {
  const UniqueFd fd(
      ::open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file.mode));
  if (fd.get() < 0 && errno == EEXIST) {
    return absl::AlreadyExistsError(absl::StrFormat(
        "%s: it is there, and is not overwritten; give another folder, or `specctl certs renew`",
        file.path));
  }
  if (fd.get() < 0) return CannotWrite(file.path);
  // Whatever the umask says.
  if (::fchmod(fd.get(), file.mode) != 0) return CannotWrite(file.path);
  std::string_view left = file.text;
  while (!left.empty()) {
    const ssize_t written = ::write(fd.get(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return CannotWrite(file.path);
    left.remove_prefix(static_cast<size_t>(written));
  }
  return ::fsync(fd.get()) == 0 ? absl::OkStatus() : CannotWrite(file.path);
}

// Files and folders made so far: removed again, last first, unless Keep() was called.
class NewFiles {
 public:
  NewFiles() = default;
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles() {
    for (auto path = made_.rbegin(); path != made_.rend(); ++path) std::remove(path->c_str());
  }

  void Keep() { made_.clear(); }

  absl::Status AddFolder(const std::string& path) {
    if (::mkdir(path.c_str(), kFolderMode) == 0) {
      made_.push_back(path);
      return absl::OkStatus();
    }
    struct stat about {};
    const int why = errno;
    if (why == EEXIST && ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) {
      return absl::OkStatus();
    }
    errno = why;
    return CannotWrite(path);
  }

  absl::Status AddFile(const FileToWrite& file) {
    absl::Status written = WriteNewFile(file);
    // One that was only begun is ours, too.
    if (!absl::IsAlreadyExists(written)) made_.push_back(file.path);
    return written;
  }

 private:
  std::vector<std::string> made_;
};

// The folders above `folder` belong to whoever made them: they stay, with the umask's mode.
absl::Status MakeParents(const std::string& folder) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(folder, error);
  if (!error) std::filesystem::create_directories(whole.parent_path(), error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(absl::StrFormat("%s: %s", folder, error.message()));
}

std::string RoleFolder(const std::string& folder, PeerRole role) {
  return folder + "/" + std::string(NameOf(role));
}

std::vector<FileToWrite> RoleFiles(const TlsPaths& paths, const std::string& ca_pem,
                                   CertificateAndKey made) {
  // The certificate last: whoever watches the files looks at it.
  return {{paths.ca, ca_pem, kCertificateMode},
          {paths.key, std::move(made.key_pem), kKeyMode},
          {paths.certificate, std::move(made.certificate_pem), kCertificateMode}};
}

// Writes beside each file, then renames: readers see the old one or the new one.
absl::Status ReplaceFiles(const std::vector<FileToWrite>& files) {
  NewFiles beside;
  for (const auto& file : files) {
    const FileToWrite next{file.path + ".new", file.text, file.mode};
    std::remove(next.path.c_str());  // of a renewal that was killed
    if (auto added = beside.AddFile(next); !added.ok()) return added;
  }
  for (const auto& file : files) {
    if (std::rename((file.path + ".new").c_str(), file.path.c_str()) != 0) {
      return CannotWrite(file.path);
    }
  }
  beside.Keep();
  return absl::OkStatus();
}

absl::StatusOr<CertificateAndKey> ReadAuthority(const std::string& folder) {
  CertificateAndKey authority;
  for (const auto& [name, text] : {std::pair("/ca.crt", &authority.certificate_pem),
                                   std::pair("/ca.key", &authority.key_pem)}) {
    auto read = ReadSmallFile(folder + name);
    if (!read.ok()) {
      return absl::Status(read.status().code(),
                          absl::StrFormat("%s; need the folder that `specctl certs init` made",
                                          std::string(read.status().message())));
    }
    *text = *std::move(read);
  }
  return authority;
}

// The names to renew the controller's certificate with.
absl::StatusOr<std::vector<std::string>> NamesToKeep(const Renewal& renewal) {
  if (!renewal.names.empty()) return renewal.names;
  const std::string path = TlsPaths(RoleFolder(renewal.folder, PeerRole::kController)).certificate;
  const auto pem = ReadSmallFile(path);
  if (absl::IsNotFound(pem.status())) {
    return absl::NotFoundError(absl::StrFormat("%s; its names are needed: give --name",
                                               std::string(pem.status().message())));
  }
  if (!pem.ok()) return pem.status();
  auto facts = ReadCertificateFacts(*pem);
  if (facts.ok()) return std::move(facts->names);
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: %s", path, std::string(facts.status().message())));
}

absl::Status RenewRole(const Renewal& renewal, const CertificateAndKey& authority, PeerRole role) {
  CertificateRequest request{
      .role = role, .names = {}, .validity = {.now = renewal.now, .lifetime = renewal.lifetime}};
  if (role == PeerRole::kController) {
    auto names = NamesToKeep(renewal);
    if (!names.ok()) return names.status();
    request.names = *std::move(names);
  }
  auto made = IssueCertificate(authority, request);
  if (!made.ok()) return made.status();
  NewFiles folders;
  const std::string folder = RoleFolder(renewal.folder, role);
  if (auto added = folders.AddFolder(folder); !added.ok()) return added;
  auto replaced =
      ReplaceFiles(RoleFiles(TlsPaths(folder), authority.certificate_pem, *std::move(made)));
  if (replaced.ok()) folders.Keep();
  return replaced;
}

absl::StatusOr<ListedCertificate> ListOne(const std::string& what, const std::string& certificate,
                                          const std::string& key) {
  const auto pem = ReadSmallFile(certificate);
  if (!pem.ok()) return pem.status();
  auto facts = ReadCertificateFacts(*pem);
  if (!facts.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: %s", certificate, std::string(facts.status().message())));
  }
  return ListedCertificate{.what = what.empty() ? facts->common_name : what,
                           .facts = *std::move(facts),
                           .warning = KeyModeWarning(key)};
}

}  // namespace

absl::Status MakeCertificateFolder(const NewCertificates& wanted) {
  const Validity of_authority{.now = wanted.now, .lifetime = wanted.authority_lifetime};
  const auto authority = MakeAuthority(of_authority);
  if (!authority.ok()) return authority.status();
  if (auto made = MakeParents(wanted.folder); !made.ok()) return made;
  NewFiles files;
  if (auto added = files.AddFolder(wanted.folder); !added.ok()) return added;
  const std::string& ca_pem = authority->certificate_pem;
  for (const auto& file : {FileToWrite{wanted.folder + "/ca.key", authority->key_pem, kKeyMode},
                           FileToWrite{wanted.folder + "/ca.crt", ca_pem, kCertificateMode}}) {
    if (auto added = files.AddFile(file); !added.ok()) return added;
  }
  for (const PeerRole role : kPeerRoles) {
    const bool is_named = role == PeerRole::kController;
    auto made = IssueCertificate(*authority,
                                 {.role = role,
                                  .names = is_named ? wanted.names : std::vector<std::string>(),
                                  .validity = {.now = wanted.now, .lifetime = wanted.lifetime}});
    if (!made.ok()) return made.status();
    const std::string folder = RoleFolder(wanted.folder, role);
    if (auto added = files.AddFolder(folder); !added.ok()) return added;
    for (const auto& file : RoleFiles(TlsPaths(folder), ca_pem, *std::move(made))) {
      if (auto added = files.AddFile(file); !added.ok()) return added;
    }
  }
  files.Keep();
  return absl::OkStatus();
}

absl::Status RenewCertificates(const Renewal& renewal) {
  if (!renewal.names.empty() && renewal.role && *renewal.role != PeerRole::kController) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--name: only a controller is dialled by name, got it with --role %s",
                        NameOf(*renewal.role)));
  }
  const auto authority = ReadAuthority(renewal.folder);
  if (!authority.ok()) return authority.status();
  for (const PeerRole role : kPeerRoles) {
    if (renewal.role && *renewal.role != role) continue;
    if (auto renewed = RenewRole(renewal, *authority, role); !renewed.ok()) return renewed;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ListedCertificate>> ListCertificates(const std::string& folder) {
  struct Place {
    std::string what, certificate, key;
  };
  const TlsPaths alone(folder);
  std::vector<Place> places = {{"", alone.certificate, alone.key},
                               {"authority", folder + "/ca.crt", folder + "/ca.key"}};
  for (const PeerRole role : kPeerRoles) {
    const TlsPaths paths(RoleFolder(folder, role));
    places.push_back({std::string(NameOf(role)), paths.certificate, paths.key});
  }
  std::vector<ListedCertificate> all;
  for (const auto& place : places) {
    auto one = ListOne(place.what, place.certificate, place.key);
    if (absl::IsNotFound(one.status())) continue;
    if (!one.ok()) return one.status();
    all.push_back(*std::move(one));
  }
  if (!all.empty()) return all;
  return absl::NotFoundError(
      absl::StrFormat("%s: there are no certificates; `specctl certs init` makes them", folder));
}

}  // namespace specctl
