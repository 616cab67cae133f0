#include "common/journal/journal_reader.h"

#include <absl/strings/str_format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/journal/event_codec.h"
#include "common/journal/record_frame.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t kEvents = 5;

std::string Record(const Event& event) {
  std::string bytes;
  AppendRecord(EventToProto(event).SerializeAsString(), bytes);
  return bytes;
}

Event EndOf(uint32_t agent) {
  return AgentEnded{.agent = agent, .lost = false, .reason = "done", .at_mono_ns = 5};
}

class JournalReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "journal-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    for (uint32_t agent = 0; agent < kEvents; ++agent) {
      at_.push_back(journal_.size());
      journal_ += Record(EndOf(agent));
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Reads `journal_` to its end or to an error; which agents' events came.
  std::vector<uint32_t> ReadAll() {
    const std::string path = (folder_ / "journal.pb").string();
    std::ofstream(path, std::ios::binary) << journal_;
    auto reader = JournalReader::Open(path);
    EXPECT_TRUE(reader.ok()) << reader.status();
    std::vector<uint32_t> agents;
    for (;;) {
      const auto event = reader->Next();
      status_ = event.status();
      loss_ = reader->loss();
      if (!event.ok()) break;
      if (!*event) {
        EXPECT_EQ(reader->whole_bytes() + loss_.damage.bytes + loss_.torn_bytes, journal_.size());
        break;
      }
      agents.push_back(std::get<AgentEnded>(**event).agent);
    }
    return agents;
  }
  uint64_t LengthOf(size_t record) const {
    return (record + 1 < kEvents ? at_[record + 1] : journal_.size()) - at_[record];
  }

  std::filesystem::path folder_;
  std::string journal_;
  std::vector<uint64_t> at_;  // offsets of its records
  absl::Status status_;
  JournalLoss loss_;
};

TEST_F(JournalReaderTest, AWholeJournalHasNoLoss) {
  EXPECT_THAT(ReadAll(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_EQ(loss_.torn_bytes, 0u);
  EXPECT_EQ(loss_.damage.stretches, 0u);
}

TEST_F(JournalReaderTest, ATornTailIsCutAtTheLastWholeRecord) {
  const std::string whole = journal_;
  for (uint64_t cut = at_[4]; cut < whole.size(); ++cut) {
    SCOPED_TRACE(cut);
    journal_ = whole.substr(0, cut);
    EXPECT_THAT(ReadAll(), ElementsAre(0, 1, 2, 3));
    EXPECT_TRUE(status_.ok()) << status_;
    EXPECT_EQ(loss_.torn_bytes, cut - at_[4]);
    EXPECT_EQ(loss_.damage.stretches, 0u);
  }
}

TEST_F(JournalReaderTest, ADamagedByteAnywhereInARecordCostsThatRecordAlone) {
  const std::string whole = journal_;
  for (uint64_t at = at_[2]; at < at_[3]; ++at) {
    SCOPED_TRACE(at - at_[2]);  // length, checksum, payload
    journal_ = whole;
    journal_[at] = static_cast<char>(~journal_[at]);
    EXPECT_THAT(ReadAll(), ElementsAre(0, 1, 3, 4));
    EXPECT_TRUE(status_.ok()) << status_;
    EXPECT_THAT(loss_.damage.first, ElementsAre(DamagedStretch{at_[2], LengthOf(2)}));
    EXPECT_EQ(loss_.torn_bytes, 0u);
  }
}

TEST_F(JournalReaderTest, ALengthThatReachesBeyondTheFileIsNoTornTail) {
  journal_[at_[1] + 2] = '\x10';  // 1 MiB
  EXPECT_THAT(ReadAll(), ElementsAre(0, 2, 3, 4));
  EXPECT_THAT(loss_.damage.first, ElementsAre(DamagedStretch{at_[1], LengthOf(1)}));
  EXPECT_EQ(loss_.torn_bytes, 0u);
}

TEST_F(JournalReaderTest, ATailOfZerosIsTorn) {
  for (const size_t zeros : {1, 7, 8, 9, 4096, 3 << 20}) {
    SCOPED_TRACE(zeros);
    const std::string whole = journal_;
    journal_ += std::string(zeros, '\0');
    EXPECT_THAT(ReadAll(), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_TRUE(status_.ok()) << status_;
    EXPECT_EQ(loss_.torn_bytes, zeros);
    journal_ = whole;
  }
}

TEST_F(JournalReaderTest, ATailOfGarbageIsTorn) {
  std::string garbage;
  for (uint32_t i = 0; i < 100'000; ++i) garbage += static_cast<char>(i * i >> 3);
  journal_ += garbage;
  EXPECT_THAT(ReadAll(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_EQ(loss_.torn_bytes, garbage.size());
}

TEST_F(JournalReaderTest, EveryDamagedStretchIsNamed) {
  journal_[at_[1] + 1] = '\x7f';                       // a length
  journal_[at_[3] + kRecordHeadBytes + 2] ^= '\x40';   // a payload
  journal_.insert(at_[4], std::string(10'000, '\0'));  // behind the second
  EXPECT_THAT(ReadAll(), ElementsAre(0, 2, 4));
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_THAT(loss_.damage.first, ElementsAre(DamagedStretch{at_[1], LengthOf(1)},
                                              DamagedStretch{at_[3], at_[4] - at_[3] + 10'000}));
  EXPECT_EQ(loss_.damage.stretches, 2u);
  EXPECT_EQ(loss_.damage.bytes, LengthOf(1) + at_[4] - at_[3] + 10'000);
}

// The search holds a part of the file at a time: wherever the record behind the damage begins, it
// is found.
TEST_F(JournalReaderTest, ARecordAcrossTheEdgeOfWhatIsSearchedIsFound) {
  const std::string whole = journal_;
  constexpr uint64_t kSearched = 1 << 20;
  for (uint64_t zeros = kSearched - 20; zeros <= kSearched + 3; ++zeros) {
    SCOPED_TRACE(zeros);
    journal_ = whole;
    journal_.insert(at_[2], std::string(zeros, '\0'));
    EXPECT_THAT(ReadAll(), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(loss_.damage.first, ElementsAre(DamagedStretch{at_[2], zeros}));
  }
}

TEST_F(JournalReaderTest, MoreStretchesThanAreNamedAreCounted) {
  journal_.clear();
  for (uint32_t agent = 0; agent < 20; ++agent) journal_ += "x" + Record(EndOf(agent));
  EXPECT_EQ(ReadAll().size(), 20u);
  EXPECT_EQ(loss_.damage.stretches, 20u);
  EXPECT_EQ(loss_.damage.bytes, 20u);
  EXPECT_EQ(loss_.damage.first.size(), JournalDamage::kNamedMax);
}

TEST_F(JournalReaderTest, AWholeRecordThatThisVersionDoesNotKnowIsDataLoss) {
  const size_t at = journal_.size();
  v1::Event unknown;
  unknown.mutable_stage_changed()->set_stage(static_cast<v1::RunStage>(50));
  AppendRecord(unknown.SerializeAsString(), journal_);
  EXPECT_THAT(ReadAll(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(status_.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("stage_changed.stage: got 50"));
  EXPECT_THAT(std::string(status_.message()),
              HasSubstr(absl::StrFormat("journal.pb: byte %d: ", at)));
}

TEST_F(JournalReaderTest, NoJournalIsNotFound) {
  const auto reader = JournalReader::Open((folder_ / "none").string());
  EXPECT_EQ(reader.status().code(), absl::StatusCode::kNotFound);
}

TEST_F(JournalReaderTest, BytesAreReadAsAFileIs) {
  journal_ += "torn";
  const std::vector<uint32_t> of_file = ReadAll();
  auto reader = JournalReader::OfBytes(journal_, "memory");
  std::vector<uint32_t> of_bytes;
  for (auto event = reader.Next(); event.ok() && *event; event = reader.Next()) {
    of_bytes.push_back(std::get<AgentEnded>(**event).agent);
  }
  EXPECT_EQ(of_bytes, of_file);
  EXPECT_EQ(of_bytes.size(), kEvents);
  EXPECT_EQ(reader.loss().torn_bytes, 4u);
}

}  // namespace
}  // namespace specctl
