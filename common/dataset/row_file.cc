#include "common/dataset/row_file.h"

#include <array>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <openssl/evp.h>

#include "common/dataset/dataset_locator.h"

namespace specctl {
namespace {

constexpr size_t kReadBytes = 256 * 1024;

// SHA-256 of a text that comes in parts.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    [[maybe_unused]] const int done = EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
    assert(done == 1);
  }
  void Feed(std::string_view bytes) {
    [[maybe_unused]] const int done = EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
    assert(done == 1);
  }
  std::string Hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int length = 0;
    [[maybe_unused]] const int done = EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
    assert(done == 1);
    std::string hex;
    for (unsigned int i = 0; i < length; ++i) hex += absl::StrFormat("%02x", digest[i]);
    return hex;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

absl::Status CannotRead(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return absl::NotFoundError(absl::StrFormat("%s: no such file", path));
  }
  // fopen takes a folder; the first read fails.
  if (error == EISDIR) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: is a folder; give a file in it, or the name of a dataset and --dataset-dir", path));
  }
  const std::string reason = std::generic_category().message(error);
  if (error == EACCES) {
    return absl::PermissionDeniedError(absl::StrFormat("%s: %s", path, reason));
  }
  return absl::UnknownError(absl::StrFormat("%s: %s", path, reason));
}

struct Packed {
  std::string_view magic;
  const char* with;
  const char* command;
};
constexpr std::array<Packed, 5> kPacked = {{{"\x1f\x8b", "gzip", "gunzip -k"},
                                            {"\x28\xb5\x2f\xfd", "zstd", "unzstd"},
                                            {"PK\x03\x04", "zip", "unzip"},
                                            {"\xfd"
                                             "7zXZ",
                                             "xz", "unxz -k"},
                                            {"BZh", "bzip2", "bunzip2 -k"}}};
constexpr std::string_view kUtf32("\xff\xfe\0\0", 4);

// What `path` is, by its first bytes, if it is no text.
absl::Status CheckIsText(const std::string& path, std::string_view head) {
  if (head.starts_with("PAR1")) {
    const std::filesystem::path file(path);
    const std::filesystem::path jsonl = std::filesystem::path(file).replace_extension(".jsonl");
    return absl::InvalidArgumentError(ParquetRefusal(path, jsonl.string()));
  }
  for (const Packed& packed : kPacked) {
    if (!head.starts_with(packed.magic)) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: is compressed with %s; unpack it first, e.g. "
                        "with %s",
                        path, packed.with, packed.command));
  }
  if (head.starts_with("version https://git-lfs.github.com/")) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: is a Git LFS pointer, not the file itself; fetch it with git lfs pull", path));
  }
  // Before UTF-16, whose mark it begins with.
  if (head.starts_with(kUtf32)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: is UTF-32; convert it to UTF-8, e.g. with iconv -f UTF-32 -t UTF-8", path));
  }
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: is UTF-16; convert it to UTF-8, e.g. with iconv -f UTF-16 -t UTF-8", path));
  }
  return absl::OkStatus();
}

absl::Status WithPrefix(std::string_view prefix, const absl::Status& error) {
  return absl::Status(error.code(),
                      absl::StrFormat("%s%s", std::string(prefix), std::string(error.message())));
}

}  // namespace

absl::StatusOr<std::string> ReadRows(const std::string& path, const RowSplitter::Sink& sink) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (!file) return CannotRead(path, errno);
  RowSplitter splitter([&](uint64_t line, std::string_view row) {
    const absl::Status taken = sink(line, row);
    return taken.ok() ? taken : WithPrefix(absl::StrFormat("%d: ", line), taken);
  });
  Sha256 digest;
  std::vector<char> buffer(kReadBytes);
  bool is_first = true;
  while (true) {
    // fread sets it only on an error, and a stale one would name the wrong cause.
    errno = 0;
    const size_t size = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (std::ferror(file.get()) != 0) return CannotRead(path, errno);
    if (size == 0) break;
    const std::string_view bytes(buffer.data(), size);
    if (is_first) {
      if (absl::Status checked = CheckIsText(path, bytes); !checked.ok()) return checked;
      is_first = false;
    }
    // Of the file as it is on disk, so that sha256sum shows the same.
    digest.Feed(bytes);
    if (absl::Status fed = splitter.Feed(bytes); !fed.ok()) return WithPrefix(path + ":", fed);
  }
  if (is_first) return absl::InvalidArgumentError(absl::StrFormat("%s: the file is empty", path));
  if (absl::Status done = splitter.Finish(); !done.ok()) return WithPrefix(path + ":", done);
  return digest.Hex();
}

}  // namespace specctl
