// Plants: bugs that a simulation is given, to see that it finds them.
#pragma once

#include <string_view>
#include <vector>

namespace specctl::simulation {

// Each is a fault of what surrounds the machines; these know nothing of it.
enum class Plant {
  kNone,
  kAckBeforeSync,         // what was appended is acknowledged as the sync begins
  kSyncErrorIgnored,      // a sync that failed passes for one that didn't
  kBatchDroppedAtRedial,  // the first batch of a second call is taken and not sent
  kArmBeforeSync,         // Arm goes out when Armed is recorded
  kDrainBeforeSync,       // the same of Drain
  kReleaseBeforeSync,     // the fleet hears that the run is over when RunEnded is recorded
  kRepeatJournalled,      // a batch that came before is journalled again
  kOldRunAccepted,        // a batch of the run before passes for one of this
  kAckedTooFar,           // the agent forgets one batch more than was acknowledged
  kBatchesForgotten,      // a controller that is back doesn't know which batches it had
  kDoneForgotten,         // Done is said in the first call only
};

struct PlantName {
  Plant plant;
  std::string_view name;
};
// All but kNone.
const std::vector<PlantName>& PlantNames();

}  // namespace specctl::simulation
