#include "common/session/clock_messages.h"

#include <gtest/gtest.h>

#include "specctl/v1/session.pb.h"
#include "tests/unit/common/session/golden_bytes.h"

namespace specctl {
namespace {

constexpr ClockExchange kExchange{.agent_send_mono_ns = 1,
                                  .controller_receive_mono_ns = 2,
                                  .controller_send_mono_ns = 3,
                                  .agent_receive_mono_ns = 4};

TEST(ClockMessagesTest, AProbeTellsTheExchangeBeforeIt) {
  const ClockProbe probe = DecodeClockProbe(EncodeClockProbe(
      ClockProbe{.incarnation = 7, .agent_send_mono_ns = 5, .previous = kExchange}));
  EXPECT_EQ(probe.incarnation, 7u);
  EXPECT_EQ(probe.agent_send_mono_ns, 5);
  EXPECT_EQ(probe.previous, kExchange);
  EXPECT_EQ(DecodeClockProbe(EncodeClockProbe(ClockProbe{.incarnation = 7})).previous,
            std::nullopt);
}

TEST(ClockMessagesTest, AReplyHasTheControllersTimes) {
  v1::ClockProbeReply encoded;
  EncodeClockReply(ClockReply{.controller_receive_mono_ns = 8, .controller_send_mono_ns = 9},
                   encoded);
  const ClockReply reply = DecodeClockReply(encoded);
  EXPECT_EQ(reply.controller_receive_mono_ns, 8);
  EXPECT_EQ(reply.controller_send_mono_ns, 9);
  EXPECT_EQ(HexOf(encoded), "08081009");
}

TEST(ClockMessagesTest, BytesOnTheWire) {
  EXPECT_EQ(HexOf(EncodeClockProbe(
                ClockProbe{.incarnation = 7, .agent_send_mono_ns = 5, .previous = kExchange})),
            "09070000000000000010051a080801100218032004");
}

}  // namespace
}  // namespace specctl
