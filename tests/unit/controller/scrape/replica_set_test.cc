#include "controller/scrape/replica_set.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace specctl::controller {
namespace {

using Addresses = std::vector<boost::asio::ip::address>;

Addresses Numbered(const std::vector<int>& last_bytes) {
  Addresses addresses;
  for (const int byte : last_bytes) {
    addresses.push_back(boost::asio::ip::make_address("10.0.0." + std::to_string(byte)));
  }
  return addresses;
}

std::vector<uint32_t> NumbersOf(const std::vector<ReplicaSet::Replica>& replicas) {
  std::vector<uint32_t> numbers;
  for (const auto& replica : replicas) numbers.push_back(replica.number);
  return numbers;
}

using Numbers = std::vector<uint32_t>;

TEST(ReplicaSetTest, AddressesAreNumberedAsTheyAreSeen) {
  ReplicaSet set;
  // A resolver may say an address twice, and in another order each time.
  EXPECT_EQ(NumbersOf(set.TakeAddresses(Numbered({1, 2, 1}))), (Numbers{0, 1}));
  EXPECT_EQ(NumbersOf(set.TakeAddresses(Numbered({2, 1}))), Numbers{});
  const auto fresh = set.TakeAddresses(Numbered({3, 2, 1}));
  ASSERT_EQ(NumbersOf(fresh), Numbers{2});
  EXPECT_EQ(fresh[0].address.to_string(), "10.0.0.3");
}

TEST(ReplicaSetTest, GoneIsWhatHasLeftTheNameAndDoesNotAnswer) {
  ReplicaSet set;
  set.TakeAddresses(Numbered({1, 2}));
  EXPECT_FALSE(set.TakeFailure(0));
  set.TakeAddresses(Numbered({2}));
  EXPECT_EQ(set.alive(), 2u);
  EXPECT_FALSE(set.TakeFailure(1));
  EXPECT_TRUE(set.TakeFailure(0));
  EXPECT_EQ(set.alive(), 1u);
  EXPECT_FALSE(set.TakeFailure(0));  // once
}

TEST(ReplicaSetTest, AnAddressThatComesBackIsTheSameReplicaUnlessItWasGone) {
  ReplicaSet set;
  set.TakeAddresses(Numbered({1}));
  set.TakeAddresses({});
  EXPECT_EQ(NumbersOf(set.TakeAddresses(Numbered({1}))), Numbers{});
  EXPECT_FALSE(set.TakeFailure(0));
  set.TakeAddresses({});
  EXPECT_TRUE(set.TakeFailure(0));
  EXPECT_EQ(NumbersOf(set.TakeAddresses(Numbered({1}))), Numbers{1});
}

TEST(ReplicaSetTest, AddressesBeyondTheBoundAreCounted) {
  ReplicaSet set;
  Addresses many;
  for (unsigned i = 0; i < ReplicaSet::kAliveMax + 3; ++i) {
    many.push_back(boost::asio::ip::address_v4(0x0a000000 + i));
  }
  EXPECT_EQ(set.TakeAddresses(many).size(), ReplicaSet::kAliveMax);
  EXPECT_EQ(set.left_out(), 3u);
  set.TakeAddresses(Numbered({1}));
  EXPECT_EQ(set.left_out(), 0u);
}

}  // namespace
}  // namespace specctl::controller
