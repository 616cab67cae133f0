#include "agent/session/batch_store.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/fakes/memory_file.h"

namespace specctl::agent {
namespace {

BatchStore::Options Bounds(uint64_t memory_bytes_max, uint64_t spool_bytes_max) {
  BatchStore::Options options;
  options.memory_bytes_max = memory_bytes_max;
  options.spool_bytes_max = spool_bytes_max;
  options.spool_dir = ::testing::TempDir();
  return options;
}

std::string Batch(char letter, size_t bytes = 100) { return std::string(bytes, letter); }

// All batches from `after` on, as they would be sent.
std::string Letters(const BatchStore& store, uint64_t after = 0) {
  std::string letters;
  for (;;) {
    const auto kept = store.FirstAfter(after);
    EXPECT_TRUE(kept.ok()) << kept.status();
    if (!kept.ok() || !*kept) return letters;
    letters += (*kept)->encoded.at(0);
    after = (*kept)->seq;
  }
}

TEST(BatchStoreTest, KeepsBatchesInOrderUntilTheyAreAcknowledged) {
  BatchStore store(Bounds(1000, 1000));
  store.AddBatch(1, Batch('a'), MonoTime{});
  store.AddBatch(2, Batch('b'), MonoTime{});
  store.AddBatch(3, Batch('c'), MonoTime{});
  EXPECT_EQ(Letters(store), "abc");
  EXPECT_EQ(Letters(store, 2), "c");
  store.Acknowledge(2);
  EXPECT_EQ(Letters(store), "c");
  store.Acknowledge(1);
  EXPECT_EQ(Letters(store), "c") << "an old acknowledgement changes nothing";
  store.Acknowledge(9);
  EXPECT_TRUE(store.empty());
}

TEST(BatchStoreTest, WhatMemoryCantHoldIsSpooledAndReadBack) {
  BatchStore store(Bounds(250, 1000));
  for (uint64_t seq = 1; seq <= 6; ++seq) {
    EXPECT_TRUE(store.Fits(100));
    store.AddBatch(seq, Batch(static_cast<char>('a' + seq - 1)), MonoTime{});
  }
  EXPECT_EQ(store.spool_bytes(), 400u);
  EXPECT_EQ(Letters(store), "abcdef");
  const auto kept = store.FirstAfter(4);
  EXPECT_EQ((*kept)->encoded, Batch('e'));
  // Room in memory is used again, though older ones are on disk.
  store.Acknowledge(2);
  store.AddBatch(7, Batch('g'), MonoTime{});
  EXPECT_EQ(store.spool_bytes(), 400u);
  EXPECT_EQ(Letters(store), "cdefg");
}

TEST(BatchStoreTest, ASpoolThatIsWholeAcknowledgedIsEmptyAgain) {
  BatchStore store(Bounds(0, 300));
  for (uint64_t seq = 1; seq <= 3; ++seq) store.AddBatch(seq, Batch('a'), MonoTime{});
  EXPECT_FALSE(store.Fits(100));
  store.Acknowledge(2);
  EXPECT_FALSE(store.Fits(100)) << "the file is used up";
  store.Acknowledge(3);
  EXPECT_EQ(store.spool_bytes(), 0u);
  EXPECT_TRUE(store.Fits(100));
  store.AddBatch(4, Batch('d'), MonoTime{});
  EXPECT_EQ(Letters(store), "d");
}

TEST(BatchStoreTest, BeyondItsBoundsABatchIsKeptInMemory) {
  BatchStore store(Bounds(100, 100));
  store.AddBatch(1, Batch('a'), MonoTime{});
  store.AddBatch(2, Batch('b'), MonoTime{});
  EXPECT_FALSE(store.Fits(10));
  store.AddBatch(3, Batch('c', 10), MonoTime{});
  EXPECT_EQ(Letters(store), "abc");
}

TEST(BatchStoreTest, WithoutASpoolDirectoryMemoryAloneIsUsed) {
  BatchStore::Options options = Bounds(100, 1000);
  options.spool_dir = "/no/such/directory";
  BatchStore store(options);
  store.AddBatch(1, Batch('a'), MonoTime{});
  store.AddBatch(2, Batch('b'), MonoTime{});
  EXPECT_FALSE(store.Fits(100));
  EXPECT_EQ(Letters(store), "ab");
  EXPECT_EQ(store.spool_bytes(), 0u);
}

class SpoolTest : public ::testing::Test {
 protected:
  // Without room in memory: whatever can be is spooled.
  BatchStore::Options OnMemoryDisk() {
    BatchStore::Options options = Bounds(0, 1000);
    options.make_spool = [this]() -> absl::StatusOr<std::unique_ptr<AppendFile>> {
      ++files_made_;
      return std::make_unique<fakes::MemoryFile>(disk_, "file in /spool");
    };
    return options;
  }

  const std::shared_ptr<fakes::MemoryDisk> disk_ = std::make_shared<fakes::MemoryDisk>();
  int files_made_ = 0;
};

TEST_F(SpoolTest, TheFileIsMadeWhenItIsNeededAndOnce) {
  BatchStore store(OnMemoryDisk());
  EXPECT_EQ(files_made_, 0);
  for (uint64_t seq = 1; seq <= 3; ++seq) store.AddBatch(seq, Batch('a'), MonoTime{});
  store.Acknowledge(3);
  EXPECT_EQ(disk_->bytes, "");
  store.AddBatch(4, Batch('d'), MonoTime{});
  EXPECT_EQ(files_made_, 1);
  EXPECT_EQ(disk_->bytes, Batch('d'));
}

TEST_F(SpoolTest, ADiskThatIsFullInTheMidstOfABatchLeavesItInMemory) {
  disk_->bytes_max = 250;
  BatchStore store(OnMemoryDisk());
  for (uint64_t seq = 1; seq <= 4; ++seq) {
    store.AddBatch(seq, Batch(static_cast<char>('a' + seq - 1)), MonoTime{});
  }
  EXPECT_EQ(disk_->bytes.size(), 250u) << "a part of the third";
  EXPECT_EQ(store.spool_bytes(), 200u);
  EXPECT_FALSE(store.Fits(1)) << "a disk that is full is not tried again";
  EXPECT_EQ(Letters(store), "abcd");
  EXPECT_EQ((*store.FirstAfter(2))->encoded, Batch('c'));
  EXPECT_EQ((*store.FirstAfter(1))->encoded, Batch('b'));
  store.Acknowledge(2);
  EXPECT_EQ(disk_->bytes, "") << "its room is given back";
  EXPECT_EQ(Letters(store), "cd");
}

TEST_F(SpoolTest, WhatCantBeReadBackIsDataLoss) {
  BatchStore store(OnMemoryDisk());
  store.AddBatch(1, Batch('a'), MonoTime{});
  disk_->fails_read = true;
  EXPECT_EQ(store.FirstAfter(0).status(),
            absl::DataLossError("spool file in /spool: Input/output error"));
}

}  // namespace
}  // namespace specctl::agent
