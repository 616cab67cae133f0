#include "controller/measure/address_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/net/url.h"
#include "tests/unit/controller/measure/fake_network.h"

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AddressNotesTest : public ::testing::Test {
 protected:
  std::vector<std::string> NotesOf(const std::vector<std::string>& addresses,
                                   bool all_addresses = false) {
    network_.addresses = {{"vllm", addresses}};
    const std::vector<MetricsTarget> metrics = {
        {.url = *ParseUrl("http://vllm:8000/metrics"), .all_addresses = all_addresses}};
    return AddressNotes(metrics, network_);
  }

  FakeNetwork network_;
};

TEST_F(AddressNotesTest, OneOfSeveralIsNotedWithWhatReadsAll) {
  EXPECT_THAT(NotesOf({"10.0.0.1", "10.0.0.2", "10.0.0.3"}),
              ElementsAre("vllm has 3 addresses, and metrics are read from one of them, as if it "
                          "were alone: --resolve all reads and loads each, --server-metrics "
                          "dns+http://vllm:8000/metrics reads each"));
  EXPECT_THAT(NotesOf({"10.0.0.1", "10.0.0.2"}, /*all_addresses=*/true), IsEmpty());
}

TEST_F(AddressNotesTest, OneServerOfBothFamiliesIsOne) {
  EXPECT_THAT(NotesOf({"::1", "127.0.0.1"}), IsEmpty());
  EXPECT_THAT(NotesOf({"127.0.0.1", "127.0.0.1"}), IsEmpty()) << "it is listed twice";
  EXPECT_EQ(NotesOf({"fd00::1", "fd00::2", "10.0.0.1"}).size(), 1u);
}

TEST_F(AddressNotesTest, ANameThatIsNotKnownHereIsNotNoted) {
  const std::vector<MetricsTarget> metrics = {{.url = *ParseUrl("http://elsewhere/metrics")}};
  EXPECT_THAT(AddressNotes(metrics, network_), IsEmpty());
}

}  // namespace
}  // namespace specctl::controller
