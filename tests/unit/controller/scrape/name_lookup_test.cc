#include "controller/scrape/name_lookup.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace specctl::controller {
namespace {

using namespace std::chrono_literals;
namespace ip = boost::asio::ip;

NameLookup::Addresses Loopback() { return std::vector<ip::address>{ip::address_v4::loopback()}; }

TEST(NameLookupTest, AnAddressNeedsNoResolver) {
  NameLookup lookup([](const std::string&) -> NameLookup::Addresses { std::abort(); });
  EXPECT_EQ(lookup.Find("127.0.0.7", MonoNow())->at(0), ip::make_address("127.0.0.7"));
  EXPECT_EQ(lookup.Find("::1", MonoNow())->at(0), ip::address_v6::loopback());
}

TEST(NameLookupTest, ANameIsAskedForAgainEachTime) {
  std::atomic<int> asked = 0;
  NameLookup lookup([&](const std::string&) {
    ++asked;
    return Loopback();
  });
  EXPECT_TRUE(lookup.Find("a", MonoNow() + 1min).ok());
  EXPECT_TRUE(lookup.Find("a", MonoNow() + 1min).ok());
  EXPECT_EQ(asked, 2);
}

TEST(NameLookupTest, ADeadNameServerHoldsNobodyAndOneThreadAtMost) {
  const auto asked = std::make_shared<std::atomic<int>>(0);
  const auto answer = std::make_shared<std::promise<void>>();
  {
    NameLookup lookup([=](const std::string&) {
      ++*asked;
      answer->get_future().wait();
      return Loopback();
    });
    for (int i = 0; i < 3; ++i) {
      const auto found = lookup.Find("dead", MonoNow() + 10ms);
      EXPECT_EQ(found.status().code(), absl::StatusCode::kDeadlineExceeded);
    }
    EXPECT_EQ(*asked, 1);
  }  // the object goes while its thread still waits
  answer->set_value();
}

TEST(NameLookupTest, TheSystemsResolverKnowsThisMachine) {
  const auto found = NameLookup::System().Find("localhost", MonoNow() + 1min);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->at(0).is_loopback());
  const auto none = NameLookup::System().Find("no-such-host.invalid", MonoNow() + 1min);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace specctl::controller
