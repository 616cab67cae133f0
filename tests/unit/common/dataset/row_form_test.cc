#include "common/dataset/row_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(RowFormTest, EveryNameIsReadBack) {
  for (const RowForm form : {RowForm::kSpeedBenchMessages, RowForm::kTurns, RowForm::kPrompt,
                             RowForm::kOpenAiMessages, RowForm::kShareGpt}) {
    const auto parsed = ParseRowForm(NameOf(form));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, form);
  }
}

TEST(RowFormTest, AutoAndNothingLeaveItToTheRows) {
  EXPECT_EQ(ParseRowForm("auto").value(), std::nullopt);
  EXPECT_EQ(ParseRowForm("").value(), std::nullopt);
}

TEST(RowFormTest, NamesOfAiperfAreKnown) {
  EXPECT_EQ(ParseRowForm("single_turn").value(), RowForm::kPrompt);
  EXPECT_EQ(ParseRowForm("multi_turn").value(), RowForm::kTurns);
}

TEST(RowFormTest, AnotherNameIsRefusedWithAll) {
  const auto parsed = ParseRowForm("csv");
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(parsed.status().message(),
            "need one of auto, speed_bench_messages, turns, prompt, openai_messages, sharegpt, "
            "token_pieces, got csv");
}

}  // namespace
}  // namespace specctl
