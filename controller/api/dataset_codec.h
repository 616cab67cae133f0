// A dataset as Protocol Buffers: its identity, its name, or its rows.
#pragma once

#include <absl/status/statusor.h>

#include "common/dataset/dataset.h"
#include "specctl/v1/control.pb.h"

namespace specctl::controller {

v1::DatasetIdentity EncodeIdentity(const DatasetIdentity& identity);
DatasetIdentity DecodeIdentity(const v1::DatasetIdentity& identity);

v1::NamedDataset EncodeNamed(const DatasetRequest& request);
// The folders that are searched are those of this process.
DatasetRequest DecodeNamed(const v1::NamedDataset& named);

v1::UploadedDataset EncodeUploaded(const Dataset& dataset);
// What is in `uploaded` is moved from.
// INVALID_ARGUMENT  it has no prompts, or a conversation has no message
absl::StatusOr<Dataset> DecodeUploaded(v1::UploadedDataset& uploaded);

}  // namespace specctl::controller
