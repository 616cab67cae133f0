#include "common/analysis/slice_notes.h"

#include <gmock/gmock.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// `requests` requests one after another, each answered by what `served_by` says.
template <class ServedBy>
JournalScript ServedRun(int requests, const ServedBy& served_by) {
  JournalScript script({.bs = 1});
  script.spec().slice_by_header = "x-served-by";
  for (int i = 0; i < requests; ++i) {
    auto& request = script.Begin({.at_ms = i * 100.0}).Chunks(3, i * 100.0 + 20, 10, 2);
    request.Ok(i * 100.0 + 60);
    request.finish().header_value = served_by(i);
  }
  return script;
}

TEST(SliceNotesTest, RequestsAreSlicedByTheHeadersValue) {
  const auto script = ServedRun(9, [](int i) { return i % 3 == 0 ? "pod-a" : "pod-b"; });
  const Results results = Fold(script.Events());
  const SliceFigures* a = FindSlice(results, Dimension::kHeader, "pod-a");
  const SliceFigures* b = FindSlice(results, Dimension::kHeader, "pod-b");
  ASSERT_NE(a, nullptr);
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(a->conservation.ok, 3u);
  EXPECT_EQ(b->conservation.ok, 6u);
  EXPECT_EQ(b->output_tokens, 36u);
  EXPECT_EQ(b->figures.latency.ttft_ms->count, 6u);
  EXPECT_TRUE(results.notes.empty());
}

TEST(SliceNotesTest, ResponsesWithoutTheHeaderAreCounted) {
  const auto some = ServedRun(9, [](int i) { return i < 2 ? "" : "pod-a"; });
  EXPECT_THAT(Fold(some.Events()).notes,
              Contains("--slice-by-header x-served-by: 2 of 9 ok responses lack it, and are in no "
                       "slice by it"));
  const auto none = ServedRun(9, [](int) { return ""; });
  EXPECT_THAT(Fold(none.Events()).notes, Contains(HasSubstr("no response has this header")));
}

TEST(SliceNotesTest, AHeaderOfManyValuesSlicesNothingAndIsNoted) {
  const auto pod = [](int i) { return "pod-" + std::to_string(i); };
  const Results few = Fold(ServedRun(64, pod).Events());
  EXPECT_NE(FindSlice(few, Dimension::kHeader, "pod-63"), nullptr);
  EXPECT_TRUE(few.notes.empty());
  const Results many = Fold(ServedRun(300, pod).Events());
  EXPECT_EQ(FindSlice(many, Dimension::kHeader, "pod-0"), nullptr);
  EXPECT_THAT(many.notes, Contains(HasSubstr("no results by header: it has more than 64 values")));
}

TEST(SliceNotesTest, RequestsAreSlicedByTheirReplicasAddress) {
  auto script = ServedRun(1, [](int) { return "pod-a"; });
  script.Begin({.at_ms = 200}).Chunks(3, 220, 10, 2).Ok(260);
  auto& other = script.Begin({.at_ms = 300}).Chunks(3, 320, 10, 2);
  other.Ok(360);
  other.finish().address = "10.0.0.7";
  const Results results = Fold(script.Events());
  ASSERT_NE(FindSlice(results, Dimension::kAddress, "10.0.0.7"), nullptr);
  EXPECT_EQ(FindSlice(results, Dimension::kAddress, "10.0.0.7")->conservation.ok, 1u);
  EXPECT_EQ(FindSlice(results, Dimension::kAddress, ""), nullptr);
}

TEST(SliceNotesTest, ARunThatIsNotSlicedByAHeaderHasNoNote) {
  auto script = ServedRun(3, [](int) { return ""; });
  script.spec().slice_by_header.clear();
  EXPECT_TRUE(Fold(script.Events()).notes.empty());
}

}  // namespace
}  // namespace specctl
