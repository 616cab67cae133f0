#include "tests/simulation/plants.h"

namespace specctl::simulation {

const std::vector<PlantName>& PlantNames() {
  static const std::vector<PlantName> names = {
      {Plant::kAckBeforeSync, "ack_before_sync"},
      {Plant::kSyncErrorIgnored, "sync_error_ignored"},
      {Plant::kBatchDroppedAtRedial, "batch_dropped_at_redial"},
      {Plant::kArmBeforeSync, "arm_before_sync"},
      {Plant::kDrainBeforeSync, "drain_before_sync"},
      {Plant::kReleaseBeforeSync, "release_before_sync"},
      {Plant::kRepeatJournalled, "repeat_journalled"},
      {Plant::kOldRunAccepted, "old_run_accepted"},
      {Plant::kAckedTooFar, "acked_too_far"},
      {Plant::kBatchesForgotten, "batches_forgotten"},
      {Plant::kDoneForgotten, "done_forgotten"},
  };
  return names;
}

}  // namespace specctl::simulation
