#include "tools/dataset/dataset_scripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

std::string TextOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class DatasetScriptsTest : public testing::Test {
 protected:
  DatasetScriptsTest() {
    std::string path = (fs::temp_directory_path() / "dataset_scripts_test.XXXXXX").string();
    cache_ = mkdtemp(path.data());
  }
  ~DatasetScriptsTest() override { fs::remove_all(cache_); }

  size_t Entries() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(cache_), {}));
  }

  fs::path cache_;
};

TEST_F(DatasetScriptsTest, AreTheFilesOfTheTree) {
  const fs::path tree = fs::path(std::getenv("SPECCTL_SOURCE_DIR")) / "tools/dataset";
  size_t scripts = 0;
  for (const auto& entry : fs::directory_iterator(tree)) {
    if (entry.path().extension() == ".py") ++scripts;
  }
  EXPECT_EQ(DatasetScripts().size(), scripts);
  for (const EmbeddedFile& file : DatasetScripts()) {
    EXPECT_EQ(file.text, TextOf(tree / file.name)) << file.name;
  }
}

TEST_F(DatasetScriptsTest, AreUnpackedOnce) {
  const auto folder = UnpackFiles(DatasetScripts(), cache_.string());
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_THAT(TextOf(fs::path(*folder) / "prepare.py"), HasSubstr("specctl dataset prepare"));
  EXPECT_EQ(*UnpackFiles(DatasetScripts(), cache_.string()), *folder);
  EXPECT_EQ(Entries(), 1u) << "nothing unfinished is left";
}

TEST_F(DatasetScriptsTest, OtherTextGoesIntoAnotherFolder) {
  const EmbeddedFile one[] = {{"a.py", "1"}}, other[] = {{"a.py", "2"}};
  const auto first = UnpackFiles(one, cache_.string()),
             second = UnpackFiles(other, cache_.string());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(*first, *second);
  EXPECT_EQ(TextOf(fs::path(*first) / "a.py"), "1");
}

TEST_F(DatasetScriptsTest, AFolderThatCantBeWrittenIsNamed) {
  const auto folder = UnpackFiles(DatasetScripts(), (cache_ / "none").string());
  EXPECT_THAT(std::string(folder.status().message()), HasSubstr((cache_ / "none").string()));
}

}  // namespace
}  // namespace specctl::cli
