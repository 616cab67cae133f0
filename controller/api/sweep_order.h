// SweepOrder: a sweep as it is submitted, and as Protocol Buffers: what may be kept in a file, and
// apart from it what may not.
#pragma once

#include <string_view>

#include <absl/status/statusor.h>

#include "common/planning/sweep.h"
#include "controller/api/order_codec.h"
#include "controller/sweep/sweep_job.h"
#include "specctl/v1/control.pb.h"

namespace specctl::controller {

struct SweepOrder {
  Sweep sweep;   // planned; what was measured of it before stays as it is
  SweepJob job;  // its folder, `resumed` and the maker of run ids are whose it is run by
};

// The servers' logins are in the order of the sweep's targets and their servers.
OrderSecrets SecretsOf(const SweepOrder& order);
void PutSecrets(OrderSecrets secrets, SweepOrder& order);

// Without its secrets.
v1::SweepOrder EncodeSweepOrder(const SweepOrder& order);
// Of an order as it is sent and kept: serialized, gzip.
// INVALID_ARGUMENT  it is none, or unpacks to more than kOrderBytesMax; its sweep can't be read; it
//                   has no target, servers that are no target's, a dataset without rows, or a run
//                   that has begun and is not over; CheckRunFolders()
// DATA_LOSS         an enumeration value that this version doesn't know
absl::StatusOr<SweepOrder> UnpackSweepOrder(std::string_view order_gzip);

// Of a sweep that came over the wire: INVALID_ARGUMENT where a run's folder is not runs/<its id>.
absl::Status CheckRunFolders(const Sweep& sweep);

}  // namespace specctl::controller
