#include "tools/flags/whole_number.h"

#include <optional>
#include <string>

#include <gmock/gmock.h>

namespace specctl::flags {
namespace {

using ::testing::HasSubstr;

// What a command takes `text` for, or the text of its refusal.
struct Taken {
  std::optional<uint64_t> value;
  std::string refusal;
};

Taken Take(const std::string& text, CLI::Validator validator) {
  CLI::App app;
  Taken taken;
  app.add_option("--bs", taken.value)->transform(std::move(validator));
  try {
    app.parse({text, "--bs"});
  } catch (const CLI::ParseError& error) {
    taken.refusal = error.what();
  }
  return taken;
}

TEST(WholeNumberTest, DigitsWithinTheRangeAreTaken) {
  EXPECT_EQ(Take("1", WholeNumber(1, 256)).value, 1u);
  EXPECT_EQ(Take("256", WholeNumber(1, 256)).value, 256u);
  EXPECT_EQ(Take("18446744073709551615", WholeNumber(0)).value, 18446744073709551615u);
}

TEST(WholeNumberTest, LeadingZerosAreNoOctal) {
  EXPECT_EQ(Take("010", WholeNumber(1, 256)).value, 10u);
  EXPECT_EQ(Take("00", WholeNumber(0, 256)).value, 0u);
}

TEST(WholeNumberTest, AllElseIsRefusedAsItWasTyped) {
  for (const char* text : {"0", "257", "-1", "+1", "", " ", "abc", "1e3", "1.5", "0x10", "1 ",
                           "18446744073709551616", "99999999999999999999"}) {
    EXPECT_EQ(Take(text, WholeNumber(1, 256)).refusal,
              "--bs: need 1 to 256, got \"" + std::string(text) + "\"");
  }
  EXPECT_EQ(Take("-1", WholeNumber(0)).refusal, "--bs: need 0 to 18446744073709551615, got \"-1\"");
}

TEST(WholeNumberTest, HelpNamesTheRange) {
  CLI::App app;
  uint64_t value = 0;
  app.add_option("--bs", value)->transform(WholeNumber(1, 256));
  EXPECT_THAT(app.help(), HasSubstr("1..256"));
}

}  // namespace
}  // namespace specctl::flags
