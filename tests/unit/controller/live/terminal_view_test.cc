#include "controller/live/terminal_view.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

namespace specctl::controller {
namespace {

using std::chrono::seconds;

// What is written to a pipe.
class TerminalViewTest : public ::testing::Test {
 protected:
  TerminalViewTest() { EXPECT_EQ(pipe2(ends_, O_NONBLOCK), 0); }
  ~TerminalViewTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }
  TerminalView View(bool terminal) {
    return TerminalView({.fd = ends_[1], .terminal = terminal, .plain_interval = seconds(5)});
  }
  std::string Written() {
    std::string text(10'000, '\0');
    const ssize_t count = read(ends_[0], text.data(), text.size());
    text.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
    return text;
  }
  static RunSnapshot Frame(LiveStage stage) {
    RunSnapshot frame;
    frame.run_id = "run-1";
    frame.figures.stage = stage;
    return frame;
  }

  int ends_[2] = {-1, -1};
  const MonoTime now_{seconds(100)};
};

TEST_F(TerminalViewTest, ABlockIsDrawnOverTheOneBefore) {
  TerminalView view = View(true);
  view.Show(Frame(LiveStage::kRamp), now_);
  EXPECT_EQ(Written().rfind("\r\x1b[2Krun run-1   ramp", 0), 0u);
  view.Show(Frame(LiveStage::kHold), now_);
  EXPECT_EQ(Written().rfind("\x1b[5A\r\x1b[2Krun run-1   hold", 0), 0u);
  view.Clear();
  EXPECT_EQ(Written(), "\x1b[5A\r\x1b[J");
  view.Clear();
  EXPECT_EQ(Written(), "");
}

TEST_F(TerminalViewTest, TextOfOthersControlsNothing) {
  RunSnapshot frame = Frame(LiveStage::kHold);
  frame.figures.verdict.reasons = {
      {.code = ReasonCode::kAgentLost, .text = "killed \x1b]0;x\x07", .windows = 0}};
  for (const bool terminal : {true, false}) {
    TerminalView view = View(terminal);
    view.Show(frame, now_);
    EXPECT_NE(Written().find("killed ?]0;x?"), std::string::npos) << terminal;
  }
}

TEST_F(TerminalViewTest, WithoutATerminalALineComesEveryFewSecondsAndAtANewStage) {
  TerminalView view = View(false);
  view.Show(Frame(LiveStage::kRamp), now_);
  EXPECT_EQ(Written(), PlainLine(Frame(LiveStage::kRamp)) + "\n");
  view.Show(Frame(LiveStage::kRamp), now_ + seconds(4));
  EXPECT_EQ(Written(), "");
  view.Show(Frame(LiveStage::kHold), now_ + seconds(4));
  EXPECT_EQ(Written(), PlainLine(Frame(LiveStage::kHold)) + "\n");
  view.Show(Frame(LiveStage::kHold), now_ + seconds(9));
  EXPECT_EQ(Written(), PlainLine(Frame(LiveStage::kHold)) + "\n");
  view.Clear();
  EXPECT_EQ(Written(), "");
}

TEST_F(TerminalViewTest, APipeIsNoTerminal) {
  TerminalView view = TerminalView::For(ends_[1]);
  view.Show(Frame(LiveStage::kRamp), now_);
  EXPECT_EQ(Written(), PlainLine(Frame(LiveStage::kRamp)) + "\n");
}

TEST_F(TerminalViewTest, AnOutputThatIsGoneIsPassedOver) {
  TerminalView view({.fd = -1, .terminal = true, .plain_interval = seconds(5)});
  view.Show(Frame(LiveStage::kRamp), now_);
}

}  // namespace
}  // namespace specctl::controller
