#include <fstream>

#include <gmock/gmock.h>

#include "common/report/artifacts.h"
#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl {
namespace {

using testing::TempDir;

TEST(ExportChunksTest, EachChunkIsALine) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const absl::StatusOr<JournalLoss> loss = ExportChunks(run.path(), run.File("chunks.jsonl"));
  ASSERT_TRUE(loss.ok()) << loss.status();
  EXPECT_EQ(testing::ReadAll(run.File("chunks.jsonl")),
            R"({"request_id":"0.0","response_id":"chatcmpl-0","chunk":0,"t_ns":1200000000,)"
            R"("t_early_ns":1200000000,"t_unix_ns":1795342456200000000,"tokens":1})"
            "\n"
            R"({"request_id":"0.0","response_id":"chatcmpl-0","chunk":1,"t_ns":1300000000,)"
            R"("t_early_ns":1299750000,"t_unix_ns":1795342456300000000,"tokens":3})"
            "\n"
            R"({"request_id":"0.0","response_id":"chatcmpl-0","chunk":2,"t_ns":1400000000,)"
            R"("t_early_ns":1400000000,"t_unix_ns":1795342456400000000,"tokens":null})"
            "\n");
}

TEST(ExportChunksTest, ATornTailIsReported) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::ofstream(run.File("journal.pb"), std::ios::binary | std::ios::app) << "abcd";
  const absl::StatusOr<JournalLoss> loss = ExportChunks(run.path(), run.File("chunks.jsonl"));
  ASSERT_TRUE(loss.ok()) << loss.status();
  EXPECT_EQ(loss->torn_bytes, 4u);
}

TEST(ExportChunksTest, NoSuchRunIsNotFound) {
  EXPECT_EQ(ExportChunks("/nonexistent/run", "-").status().code(), absl::StatusCode::kNotFound);
}

TEST(ExportChunksTest, AnOutputThatCantBeWrittenIsNamed) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const absl::StatusOr<JournalLoss> loss = ExportChunks(run.path(), run.File("none/chunks.jsonl"));
  EXPECT_EQ(loss.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(loss.status().message()), ::testing::HasSubstr("none/chunks.jsonl"));
}

}  // namespace
}  // namespace specctl
