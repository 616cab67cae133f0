#include <sstream>

#include <gmock/gmock.h>

#include "common/matrix/matrix.h"
#include "common/report/text_layout.h"
#include "tests/unit/common/matrix/matrix_runs.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

std::string TableOf(const std::vector<MatrixRun>& runs, size_t columns) {
  const absl::StatusOr<Matrix> matrix = MakeMatrix(runs, {});
  EXPECT_TRUE(matrix.ok()) << matrix.status();
  return MatrixTable(*matrix, columns);
}

TEST(MatrixTableTest, ValuesStandUnderTheirColumns) {
  EXPECT_EQ(TableOf({testing::MixedRun("runs/a", "model-a")}, 110),
            "accept_length   tokens per draft: 1 + accepted / drafts\n"
            "\n"
            "Model    coding  math  Overall  Pooled\n"
            "model-a    3.00  2.00     2.50    2.25\n"
            "\n"
            "source    per-request statistics\n"
            "Overall   mean of the columns; Pooled: all drafts together\n");
}

TEST(MatrixTableTest, ElevenCategoriesFitATerminalOf80ColumnsInBlocks) {
  testing::RunOptions options{.model = "meta-llama/Llama-3.1-8B-Instruct"};
  for (const char* category : {"coding", "humanities", "math", "multilingual", "qa", "rag",
                               "reasoning", "roleplay", "stem", "summarization", "writing"}) {
    options.categories[category] = {100, 300, 200};
  }
  const std::string table = TableOf({testing::MakeRun(options)}, 80);
  std::istringstream lines(table);
  size_t heads = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(ColumnsOf(line), 80u) << line;
    heads += line.starts_with("Model") ? 1 : 0;
  }
  EXPECT_EQ(heads, 3u);
  EXPECT_THAT(table, HasSubstr("Overall  Pooled\n"));
}

TEST(MatrixTableTest, AnEmptyCellIsADashAndItsReasonANote) {
  MatrixRun run = testing::MixedRun("runs/a", "m");
  run.results.cells[0].acceptance.reset();
  const std::string table = TableOf({run}, 110);
  EXPECT_THAT(table, HasSubstr("m           -  2.00     2.00    2.00\n"));
  EXPECT_THAT(table, HasSubstr("note      empty: coding of m: "));
}

}  // namespace
}  // namespace specctl
