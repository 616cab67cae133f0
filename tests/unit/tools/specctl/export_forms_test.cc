#include "tools/specctl/export_forms.h"

#include <set>

#include <gmock/gmock.h>

namespace specctl::cli {
namespace {

TEST(ExportFormsTest, EachHasAFlagOfItsOwnAHelpAndAnExampleThatUsesIt) {
  std::set<std::string_view> flags;
  for (const ExportForm& form : ExportForms()) {
    EXPECT_TRUE(flags.insert(form.flag).second) << form.flag;
    EXPECT_TRUE(form.flag.starts_with("--")) << form.flag;
    EXPECT_FALSE(form.help.empty()) << form.flag;
    EXPECT_TRUE(form.example_arguments.starts_with(form.flag)) << form.flag;
    EXPECT_NE(form.write, nullptr) << form.flag;
    // What names no place of its own is written to --output.
    EXPECT_TRUE(form.to_output || !form.value.empty()) << form.flag;
  }
}

TEST(ExportFormsTest, MessagesNameThemAll) {
  const std::string flags = ExportFormFlags();
  for (const ExportForm& form : ExportForms()) {
    EXPECT_THAT(flags, ::testing::HasSubstr(std::string(form.flag)));
  }
}

}  // namespace
}  // namespace specctl::cli
