#include "controller/fleet/inbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(InboxTest, ItemsComeInOrder) {
  Inbox<int> inbox(2);
  inbox.Post(1);
  inbox.Post(2);
  inbox.Post(3);
  EXPECT_THAT(inbox.TakeItems(MonoNow()), ElementsAre(1, 2, 3));
  EXPECT_THAT(inbox.TakeItems(MonoNow()), IsEmpty());
}

TEST(InboxTest, WhatMayBeLostIsDroppedAndCountedWhenFull) {
  Inbox<int> inbox(2);
  for (int i = 0; i < 5; ++i) inbox.PostOrDrop(i);
  EXPECT_THAT(inbox.TakeItems(MonoNow()), ElementsAre(0, 1));
  EXPECT_EQ(inbox.dropped(), 3u);
}

TEST(InboxTest, APatientSenderWaitsForRoom) {
  Inbox<int> inbox(1);
  std::thread sender([&inbox] {
    for (int i = 0; i < 3; ++i) inbox.PostWhenRoom(i);
  });
  std::vector<int> taken;
  while (taken.size() < 3) {
    const auto items = inbox.TakeItems(MonoNow() + std::chrono::seconds(10));
    EXPECT_LE(items.size(), 1u);
    taken.insert(taken.end(), items.begin(), items.end());
  }
  sender.join();
  EXPECT_THAT(taken, ElementsAre(0, 1, 2));
}

TEST(InboxTest, CloseFreesSendersThatWait) {
  Inbox<int> inbox(1);
  inbox.Post(1);
  std::thread sender([&inbox] { inbox.PostWhenRoom(2); });
  inbox.Close();
  sender.join();
  EXPECT_THAT(inbox.TakeItems(MonoNow()), ElementsAre(1));
}

}  // namespace
}  // namespace specctl::controller
