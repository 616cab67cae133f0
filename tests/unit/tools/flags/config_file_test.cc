#include "tools/flags/config_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tools/flags/whole_number.h"

namespace specctl::flags {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

// A command with a few flags, and the file that its --config names.
class ConfigFileTest : public ::testing::Test {
 protected:
  ConfigFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "specctl-config-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ + "/run.toml";
    app_.add_option_function<std::string>(
        "--config", [this](const std::string& path) { TakeConfigFile(app_, path); });
    app_.add_option("--bs,--concurrency", bs_)->transform(WholeNumber(1, 256));
    app_.add_option("--url", urls_);
    app_.add_flag("--strict", strict_);
  }
  ~ConfigFileTest() override { std::filesystem::remove_all(folder_); }

  void Parse(const std::string& content, std::vector<std::string> more = {}) {
    std::ofstream(file_) << content;
    more.insert(more.end(), {file_, "--config"});  // CLI11 takes the words from behind
    app_.parse(more);
  }

  std::string Refusal(const std::string& content) {
    try {
      Parse(content);
    } catch (const CLI::ValidationError& error) {
      return error.what();
    }
    return "taken";
  }

  std::string folder_, file_;
  CLI::App app_;
  std::optional<uint64_t> bs_;
  std::vector<std::string> urls_;
  bool strict_ = false;
};

TEST_F(ConfigFileTest, ValuesAreTakenAsFromTheCommandLine) {
  Parse("# a load\nbs = 010\nurl = [\"http://a\", \"http://b\"]\nstrict = true\n");
  EXPECT_EQ(bs_, 10u);
  EXPECT_THAT(urls_, ElementsAre("http://a", "http://b"));
  EXPECT_TRUE(strict_);
}

TEST_F(ConfigFileTest, TheCommandLineGoesBeforeIt) {
  Parse("bs = 4\n", {"8", "--concurrency"});
  EXPECT_EQ(bs_, 8u);
}

TEST_F(ConfigFileTest, AValueOutOfRangeIsRefusedWithFileAndLine) {
  EXPECT_EQ(Refusal("strict = true\n\n bs = -1\n"),
            "--config: " + file_ + ":3: --bs: need 1 to 256, got \"-1\"");
  EXPECT_EQ(Refusal("concurrency = \"\"\n"),
            "--config: " + file_ + ":1: --bs: need 1 to 256, got \"\"");
}

TEST_F(ConfigFileTest, MoreValuesThanOneAreRefusedWithFileAndLine) {
  EXPECT_EQ(Refusal("url = \"http://a\"\nbs = = 4\n"),
            "--config: " + file_ + ":2: --bs: need one value, got \"= 4\"");
}

TEST_F(ConfigFileTest, AWrongSwitchIsRefusedWithFileAndLine) {
  EXPECT_THAT(Refusal("strict = maybe\n"), HasSubstr("run.toml:1: "));
}

TEST_F(ConfigFileTest, NamesThatAreNoFlagsAreRefused) {
  EXPECT_THAT(Refusal("bs = 1\nconcurency = 3\n"),
              EndsWith("run.toml:2: \"concurency\" is not a flag of this command"));
  EXPECT_THAT(Refusal("config = \"x\"\n"), HasSubstr("\"config\" is not a flag"));
}

TEST_F(ConfigFileTest, ASectionIsRefusedByName) {
  EXPECT_THAT(Refusal("[load]\nbs = 4\n"), HasSubstr("run.toml: sections such as [load]"));
}

TEST_F(ConfigFileTest, AFlagThatComesTwiceIsRefused) {
  EXPECT_THAT(Refusal("bs = 4\nbs = 5\n"),
              EndsWith("run.toml:1: --bs: need one value, got \"4 5\""));
}

TEST_F(ConfigFileTest, AFlagThatComesByTwoNamesIsRefused) {
  EXPECT_THAT(Refusal("bs = 4\n\nconcurrency = 5\n"), EndsWith("run.toml:3: --bs is given twice"));
}

TEST_F(ConfigFileTest, AFileThatIsNotThereIsRefused) {
  EXPECT_THROW(app_.parse({folder_ + "/none.toml", "--config"}), CLI::ValidationError);
  EXPECT_THROW(app_.parse({folder_, "--config"}), CLI::ValidationError);
}

}  // namespace
}  // namespace specctl::flags
